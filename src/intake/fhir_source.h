// FHIR files as they come: which files of a folder are meant, and the text of one, whole (a Bundle, a resource) or line by
// line (NDJSON). Packed files are unpacked on the way. One thread. Failures: those of bytes::Reader; invalid "too-large".
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "bytes/reader.h"
#include "intake/work.h"

namespace qianxian::intake {

// The request's files, folders walked: .json .ndjson .jsonl, each also .gz .bz2 .zst. A file that is named itself is taken
// whatever it is called. `passed_over`: other files that were found in folders.
Result<std::vector<InputFile>> FhirFiles(const Work& work, uint64_t& passed_over);
bool IsLineFile(std::string_view path);          // .ndjson, .jsonl

class FhirText {
 public:
  static Result<FhirText> Open(const std::string& path);
  // All that is left, at most limits::kJsonBytes.
  Result<std::string> ReadAll();
  // The next line that is not blank; false at the end. `line` is its number.
  Result<bool> ReadLine(std::string& text, uint64_t& line);
  uint64_t position() const { return reader_->file_position(); }
  uint64_t size() const { return reader_->file_size(); }

 private:
  explicit FhirText(std::unique_ptr<bytes::Reader> reader) : reader_(std::move(reader)) {}
  Result<bool> Fill();

  std::unique_ptr<bytes::Reader> reader_;
  std::string buffer_;
  size_t begin_ = 0;
  uint64_t line_ = 0;
  bool at_end_ = false;
};

}  // namespace qianxian::intake
