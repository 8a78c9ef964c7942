#include "flow/referrals.h"

#include <algorithm>

#include "base/text.h"
#include "fhir/date.h"

namespace qianxian::flow {
namespace {

using Outcome = Down::Outcome;

// A part of one of the referral's extensions.
std::string Part(json::Value extension, std::string_view name) {
  const auto parts = extension.Find("extension");
  if (!parts) return {};
  for (json::Value part : parts->Elements())
    if (part.FindString("url") == name) return std::string(part.FindString("valueString"));
  return {};
}

std::string StateOf(json::Value task) {
  const auto status = task.Find("businessStatus");
  const auto codings = status ? status->Find("coding") : std::nullopt;
  return codings && codings->size() > 0 ? std::string(codings->At(0).FindString("code")) : std::string();
}

std::string IdIn(json::Value root, std::string_view name) {
  const auto member = root.Find(name);
  const std::string_view reference = member ? member->FindString("reference") : std::string_view();
  return std::string(reference.substr(std::min(reference.size(), reference.find('/') + 1)));
}

void Decide(Down& down, Outcome outcome, const std::string& day, const std::string& reason) {
  down.outcome = outcome, down.decided_on = day, down.reason = reason;
}

// By its steps, in order.
void Follow(json::Value step, std::vector<Down>& downs) {
  const std::string verb = Part(step, "verb"), state = Part(step, "state"), reason = Part(step, "reason");
  const std::string day = fhir::LocalDayText(Part(step, "at"));
  if ((verb == "send" || verb == "send-down") && state == "sent-down") {
    Down next;
    next.number = static_cast<int64_t>(downs.size()) + 1, next.sent_at = Part(step, "at"), next.sent_on = day;
    if (!downs.empty()) downs.back().is_last = false;
    downs.push_back(std::move(next));
  }
  if (downs.empty()) return;
  Down& down = downs.back();
  down.moved_on = day;
  if (down.outcome != Outcome::kWaiting) return;
  if (verb == "take-over") Decide(down, Outcome::kTaken, day, "");
  if (verb == "refuse-take-over") Decide(down, Outcome::kRefused, day, reason);
  if (verb == "withdraw") Decide(down, Outcome::kWithdrawn, day, reason);
}

// What its state says where no steps are told.
void ByState(json::Value task, const std::string& state, std::vector<Down>& downs) {
  if (state != "sent-down" && state != "taken-over" && state != "not-taken-over") return;
  Down down;
  down.sent_at = task.FindString("authoredOn");
  down.sent_on = fhir::LocalDayText(down.sent_at);
  down.moved_on = fhir::LocalDayText(task.FindString("lastModified"));
  const auto why = task.Find("statusReason");
  if (state == "taken-over") Decide(down, Outcome::kTaken, down.moved_on, "");
  if (state == "not-taken-over") Decide(down, Outcome::kRefused, down.moved_on, why ? std::string(why->FindString("text")) : "");
  downs.push_back(std::move(down));
}

struct Plan { std::string owner, pathway, next_date; };

// The CarePlan of the same id says it in FHIR's words.
Plan PlanOf(const PatientRecord& record, const std::string& referral) {
  for (const Piece& piece : record.pieces) {
    if (piece.type != "CarePlan" || piece.id != referral) continue;
    const json::Value root = piece.document->root();
    Plan plan{piece.owner, "", ""};
    if (const auto of = root.Find("instantiatesCanonical"); of && of->size() > 0 && of->At(0).IsString()) {
      const std::string_view canonical = of->At(0).AsString();
      const std::string_view name = canonical.substr(0, canonical.find('|'));
      plan.pathway = name.substr(name.rfind('/') + 1);
    }
    if (const auto period = root.Find("period")) plan.next_date = fhir::LocalDayText(period->FindString("start"));
    return plan;
  }
  return {};
}

std::vector<Down> OfReferral(const PatientRecord& record, const Piece& piece) {
  const json::Value task = piece.document->root();
  const std::string state = StateOf(task);
  std::vector<Down> downs;
  std::string taker;
  if (const auto extensions = task.Find("extension"))
    for (json::Value one : extensions->Elements()) {
      const std::string_view url = one.FindString("url");
      if (url == std::string(kBase) + "StructureDefinition/referral") taker = Part(one, Part(one, "direction") == "down" ? "to" : "from");
      if (url == std::string(kBase) + "StructureDefinition/referral-step") Follow(one, downs);
    }
  if (downs.empty()) ByState(task, state, downs);
  if (downs.empty()) return downs;
  const Plan plan = PlanOf(record, piece.id);
  if (taker.empty()) taker = plan.owner;
  if (taker.empty() && state != "not-taken-over") taker = IdIn(task, "owner");
  for (Down& down : downs) {
    down.referral = piece.id, down.taker = taker, down.moved_on = downs.back().moved_on;
    down.is_over = state == "closed" || state == "withdrawn";
    if (down.is_last) down.pathway = plan.pathway, down.next_date = plan.next_date;
  }
  return downs;
}

}  // namespace

std::vector<Down> DownsOf(const PatientRecord& record) {
  std::vector<Down> all;
  for (const Piece& piece : record.pieces) {
    if (piece.type != "Task" || !StartsWith(piece.id, kReferralPrefix)) continue;
    for (Down& down : OfReferral(record, piece)) all.push_back(std::move(down));
  }
  std::stable_sort(all.begin(), all.end(), [](const Down& a, const Down& b) { return a.sent_at < b.sent_at; });
  return all;
}

}  // namespace qianxian::flow
