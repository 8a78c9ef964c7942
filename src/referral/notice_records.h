// A notice as FHIR, and back; and whom it is for. A Communication `notice-…` is one for each event and institution. It may name the
// person whom it is for beside the institution (recipient), and it keeps who has read it (meta.tag). `completed`: settled, read for
// everybody. What older releases wrote names no event, no person and no readers. Pure; any thread. Failures: kFault
// ("bad-notice-record").
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "access/caller.h"
#include "referral/parts.h"

namespace qianxian::referral {

inline constexpr std::string_view kNoticePrefix = "notice-";
inline constexpr std::string_view kNoticeSystem = "https://fhir.qianxian.cn/notice";              // category: what kind
inline constexpr std::string_view kEventSystem = "https://fhir.qianxian.cn/notice-event";         // identifier: of what event
inline constexpr std::string_view kReadBySystem = "https://fhir.qianxian.cn/read-by";             // tag: an account
inline constexpr std::string_view kForPerson = "https://fhir.qianxian.cn/notice-for|person";      // tag: for the person named, and not settled
inline constexpr size_t kReadersMost = 50;           // who have read it: then it is known, and settled

struct NoticeRecord {
  std::string id, owner;
  uint64_t version = 0;
  std::string at;                          // instant
  Notice notice;                           // `person`: as ActorOf names it; `doer`: not kept
  bool settled = false;
  std::vector<std::string> read_by;        // AccountOf
};

// "account-…": of the account's name, folded and hashed, as relations and accounts name it.
std::string AccountOf(const access::Caller& caller);
// Who did what a notice tells of (Notice::doer): an account of several institutions would be told of its own steps. "" = nobody there.
std::string DoerOf(const access::Caller& caller);
// "Practitioner/…": by what name a step (WhoOf) is meant.
std::string ActorOf(std::string_view who);
// By which of these the caller may be meant.
std::vector<std::string> ActorsOf(const access::Caller& caller);

std::string NoticeId(std::string_view event, std::string_view recipient);
// A new one.
store::Change NoticeChange(const Notice& notice, Instant at);
// The next version of one that is there.
store::Change NoticeChange(const NoticeRecord& record);
Result<NoticeRecord> NoticeFrom(const store::Resource& communication);

// May the caller act on it there?
bool IsAt(const NoticeRecord& record, const access::Caller& acting);
// Is it for the caller, and news to him? `acting`: with the account's own institutions.
bool IsNewsFor(const NoticeRecord& record, const access::Caller& acting);

}  // namespace qianxian::referral
