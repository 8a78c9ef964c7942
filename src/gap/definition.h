// What a gap keeps of the day it was opened, and what has become different since. An open gap is judged by its own definition:
// target, direction, guard, SQL, exclusions, and for coverage the list with its items and minima. What the SQL reads (the pack's
// tables, its disease groups, its settlement rules) cannot be kept: the warehouse holds one state of it. A hash of each is kept
// instead, so that a change of it is said. Pure; a Tables belongs to one thread, all else to any.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "gap/records.h"
#include "pack/pack.h"

namespace qianxian::gap {

// SQL without comments, in lower case outside of quotes, one space where there were several: what two texts are compared by.
std::string PlainSql(std::string_view sql);

// What of a pack a statement can read, by table: views, SQL views, kept tables, and as "settlement", "disease_group" and
// "capability_list" what the program itself makes of the pack.
class Tables {
 public:
  explicit Tables(const pack::Pack& pack);
  // Table → hash of what makes it, for every table that the SQL reads, straight or through another.
  const std::map<std::string, std::string>& ReadBy(std::string_view sql);

 private:
  struct Table {
    std::string hash;
    std::set<std::string> reads;
  };
  void Add(const std::string& name, std::string_view text, std::set<std::string> reads);
  std::map<std::string, Table> tables_;
  std::map<std::string, std::map<std::string, std::string>> known_;     // statements that were asked for: thousands of gaps share a few
};

const pack::Measure* FindMeasure(const pack::Pack& pack, std::string_view id);
const pack::CapabilityList* FindList(const pack::Pack& pack, std::string_view id);

// The same for the same definition: everything that decides, and the words for what is left out.
std::string HashOfDefinition(const pack::Measure& measure, const pack::CapabilityList* list);

// The pack's definition becomes the gap's own.
void KeepDefinition(const pack::Measure& measure, const pack::Pack& pack, Tables& tables, const std::string& today, GapRecord& gap);
// A record of a time when list and tables were not kept gets the present ones (true), with the day on which it got them.
bool KeepWhatIsMissing(const pack::Pack& pack, Tables& tables, const std::string& today, GapRecord& gap);

// The list that the gap is judged by; null: it needs none, or there is none.
const pack::CapabilityList* ListOf(const GapRecord& gap, const pack::Pack& pack);
// Does the pack count as the gap's own definition does? Target, direction and guard do not matter for that.
bool CountsTheSame(const GapRecord& gap, const pack::Pack& pack);
// The pack as far as counting needs it, with the gap's own definition and list.
pack::Pack FrozenPack(const GapRecord& gap, const pack::Pack& pack);

// The tables that are made otherwise than when the gap was opened.
std::vector<std::string> ChangedTables(const GapRecord& gap, Tables& tables);
// What whoever reads the gap must know of its definition, each a sentence.
std::vector<pack::Text> NotesOf(const GapRecord& gap, const pack::Pack& pack, Tables& tables);

}  // namespace qianxian::gap
