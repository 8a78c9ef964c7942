// What happens to the referrals and consultations of the kill test, told beforehand: together every step of the table and every verb
// of a consultation. Where one is stands in its record alone, so that any run of the program goes on with it. Pure; any thread.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "referral/consultation.h"
#include "referral/step_tools.h"

namespace qianxian::referral::scripts {

struct Script {
  std::string_view sender;                 // T1: sent at once; V1: the township looks at it first
  bool created_sent;
  std::vector<std::string_view> verbs;     // "~accept": only after whoever has to act was reminded; "~expire": nobody does anything
};

// By the last two digits: 2 % are withdrawn, 1 % never answered, some go ways of their own, all others the whole way.
inline const Script& ScriptOf(int i) {
  static const Script whole{"T1", true, {"send", "accept", "arrive", "return-result", "send-down", "take-over", "close"}};
  static const std::vector<Script> withdrawn = {{"T1", false, {"withdraw"}},
                                                {"V1", true, {"send", "withdraw"}},
                                                {"T1", true, {"send", "withdraw"}},
                                                {"T1", true, {"send", "accept", "withdraw"}},
                                                {"T1", true, {"send", "accept", "no-show", "withdraw"}},
                                                {"T1", true, {"send", "accept", "arrive", "return-result", "send-down", "withdraw"}}};
  static const std::vector<Script> unanswered = {{"T1", true, {"send", "~expire"}}, {"V1", true, {"send", "~expire"}}};
  static const std::vector<Script> ways = {
      {"T1", true, {"send", "decline"}},
      {"T1", true, {"send", "accept", "decline"}},
      {"V1", true, {"send", "review-approve", "accept", "arrive", "interim", "return-result", "return-result", "close"}},
      {"V1", true, {"send", "review-return", "send", "review-approve", "decline"}},
      {"T1", true, {"send", "accept", "no-show", "accept", "arrive", "return-result", "close"}},
      {"T1", true, {"send", "accept", "no-show", "arrive", "interim", "interim", "return-result", "close"}},
      {"T1", true, {"send", "accept", "arrive", "return-result", "send-down", "refuse-take-over", "send-down", "take-over", "close"}},
      {"T1", true, {"send", "accept", "arrive", "return-result", "send-down", "refuse-take-over", "close"}},
      {"T1", false, {"send", "accept", "arrive", "return-result", "send-down", "take-over", "close"}},
      {"T1", false, {"~send", "~accept", "~no-show", "~arrive", "~return-result", "~send-down", "~refuse-take-over", "~send-down", "~take-over", "~close"}}};
  const int last = i % 100, hundred = i / 100;
  if (last == 7) return withdrawn[static_cast<size_t>(hundred % 3)];
  if (last == 42) return withdrawn[static_cast<size_t>(3 + hundred % 3)];
  if (last == 3) return unanswered[static_cast<size_t>(hundred % 2)];
  return last >= 10 && last < 20 ? ways[static_cast<size_t>(last - 10)] : whole;
}

// "": it is not its time, or it is over.
inline std::string_view NextStep(const Script& script, const Referral& r) {
  size_t done = 0;
  for (const Entry& entry : r.history) done += entry.verb != "create" && !IsReminder(entry.verb);
  if (done >= script.verbs.size()) return {};
  std::string_view verb = script.verbs[done];
  if (!verb.starts_with('~')) return verb;
  verb.remove_prefix(1);
  return verb == "expire" || !IsReminder(r.history.back().verb) ? std::string_view() : verb;
}

inline bool IsMdt(int i) { return i % 7 >= 3 && i % 7 <= 4; }

// What is done in all, reminders left out.
inline std::vector<std::string> VerbsOf(int i) {
  switch (i % 7) {
    case 0: return {"invite", "accept", "opine", "conclude"};
    case 1: return {"invite", "opine", "close"};
    case 2: return {"invite", "decline", "withdraw"};
    case 3: return {"invite", "opine", "opine", "opine", "conclude"};
    case 4: return {"invite", "opine", "opine", "conclude"};         // the second one late
    case 5: return {"invite", "opine", "conclude"};                  // whoever asked is reminded
    default: return {"invite", "withdraw"};
  }
}

// Who does what next; "" = not its time, or it is over.
inline std::pair<std::string_view, std::string_view> NextStep(int i, const Consultation& c) {
  const bool over = c.state != "open";
  const std::string& first = c.invited.front().state;
  const auto step = [](std::string_view who, std::string_view verb) { return std::pair(who, verb); };
  if (over) return step("", "");
  switch (i % 7) {
    case 0: return first == "invited" ? step("H1", "accept") : first == "accepted" ? step("H1", "opine") : step("T1", "conclude");
    case 1: return first == "invited" ? step("H1", "opine") : step("T1", "close");
    case 2: return first == "invited" ? step("H1", "decline") : step("T1", "withdraw");
    case 3: return c.opinions.empty() ? step("H1", "opine") : c.opinions.size() == 1 ? step("H2", "opine") : c.opinions.size() == 2 ? step("H1", "opine") : step("T1", "conclude");
    case 4:
      if (c.opinions.empty()) return step("H1", "opine");
      if (c.opinions.size() == 2) return step("T1", "conclude");
      return c.reminded > 0 ? step("H2", "opine") : step("", "");
    case 5: return c.opinions.empty() ? step("H1", "opine") : c.asker_reminded > 0 ? step("T1", "conclude") : step("", "");
    default: return step("T1", "withdraw");
  }
}

}  // namespace qianxian::referral::scripts
