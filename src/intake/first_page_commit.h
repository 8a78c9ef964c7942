// Writes discharge front pages into the record, a piece of them in one commit, and says of each row whether it was new,
// the same, or another than before. Threads: Commit from any, several at once. Failures: the store's. A row that the
// store refuses goes into the report.
#pragma once

#include <string>
#include <vector>

#include "intake/first_page.h"
#include "intake/first_page_records.h"
#include "intake/work.h"

namespace qianxian::intake {

// The rows of one stay, in the order of the file; nearly always one.
using StayRows = std::vector<FirstPage>;

class FirstPageCommit {
 public:
  FirstPageCommit(Work& work, std::string file) : work_(work), file_(std::move(file)) {}
  Status Commit(const std::vector<StayRows>& stays);

 private:
  Status CommitPages(const std::vector<const FirstPage*>& pages);
  Result<bool> TryCommit(const std::vector<const FirstPage*>& pages, std::vector<FirstPageRecords>& records);
  Result<bool> HoldsAlready(const FirstPage& page);
  Status CommitRepeated(const std::vector<const FirstPage*>& rows);
  Status Refuse(const FirstPage& page, const Error& error);

  Work& work_;
  const std::string file_;
};

}  // namespace qianxian::intake
