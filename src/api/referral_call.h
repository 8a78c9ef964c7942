// What the calls about work asked of another institution have in common: who acts for whom, members of their bodies, words of
// the packs. Pure; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "auth/auth.h"
#include "http/server.h"
#include "json/value.h"
#include "json/writer.h"
#include "pack/pack.h"
#include "pack/referral_rules.h"
#include "referral/referral.h"
#include "store/store.h"

namespace qianxian::api {

struct ReferralCall {
  const http::Request& request;
  const auth::Session& session;
  std::vector<std::string> arguments;      // what stands for {} in the pattern
  const access::Caller& caller() const { return session.caller; }
  // Whoever leads other institutions sees their work and does not do it: steps and boxes are those of the account's own.
  access::Caller Acting() const {
    access::Caller acting = session.caller;
    if (!acting.whole_county) acting.organizations = session.organizations;
    return acting;
  }
  std::string Query(std::string_view name) const { return std::string(request.QueryValue(name)); }
  // The institution that the caller acts for: the account's own first one; "" for whom sees the county.
  std::string Organization() const { return session.organizations.empty() ? std::string() : session.organizations.front(); }
};

bool FlagMember(json::Value body, std::string_view name, bool otherwise);
// The page has versions as it was given them: a number, or its text. 0 when there is none.
uint64_t VersionMember(json::Value body);

// The word of a state, or the state itself where no pack has a word for it.
void WriteStateName(json::Writer& writer, const std::vector<pack::Word>& words, std::string_view state);
void WritePlace(json::Writer& writer, std::string_view name, const referral::Place& place);
// [{reference, on, kind, title}], with what the snapshot's caller may read of each.
void WriteAttachments(json::Writer& writer, store::Snapshot& snapshot, const pack::Pack& pack, const std::vector<std::string>& references);

}  // namespace qianxian::api
