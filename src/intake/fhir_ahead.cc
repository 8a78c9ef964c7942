#include "intake/fhir_ahead.h"

#include <algorithm>

namespace qianxian::intake {

FhirAhead::FhirAhead(const std::vector<InputFile>& files, size_t bytes) : bytes_(bytes) {
  for (const InputFile& file : files)
    if (!IsLineFile(file.path)) paths_.push_back(file.path);
  if (!paths_.empty()) thread_ = std::thread([this] { Read(); });
}

FhirAhead::~FhirAhead() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

FhirAhead::Text FhirAhead::ReadFile(const std::string& path) {
  Result<FhirText> text = FhirText::Open(path);
  if (!text.ok()) return {text.error(), std::string()};
  return {Ok(), text->ReadAll()};
}

void FhirAhead::Read() {
  for (const std::string& path : paths_) {
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return stopping_ || waiting_bytes_ < bytes_; });
      if (stopping_) return;
    }
    Text text = ReadFile(path);
    const std::lock_guard lock(mutex_);
    // Those that could not be read count too, or a folder of them would be held all at once.
    waiting_bytes_ += 1 + (text.opened.ok() && text.whole.ok() ? text.whole->size() : 0);
    peak_bytes_ = std::max(peak_bytes_, waiting_bytes_);
    waiting_.push_back(std::move(text));
    changed_.notify_all();
  }
}

FhirAhead::Text FhirAhead::Take() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return !waiting_.empty(); });
  Text text = std::move(waiting_.front());
  waiting_.pop_front();
  waiting_bytes_ -= 1 + (text.opened.ok() && text.whole.ok() ? text.whole->size() : 0);
  changed_.notify_all();
  return text;
}

size_t FhirAhead::peak_bytes() {
  const std::lock_guard lock(mutex_);
  return peak_bytes_;
}

}  // namespace qianxian::intake
