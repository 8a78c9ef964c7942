#include "store/sqlite/prepare.h"

#include "base/limits.h"
#include "search/parameters.h"

namespace qianxian::store::sqlite {
namespace {

constexpr size_t kSampleBodies = 600;       // a dictionary is made of at most so many …
constexpr size_t kSampleBytes = 1u << 20;   // … or so much
constexpr size_t kBodiesAtLeast = 64;
constexpr size_t kSampleBodyBytes = 32u << 10;

}  // namespace

void DictionarySamples::Add(const std::string& type, std::string_view body) {
  if (body.size() > kSampleBodyBytes) return;
  const std::lock_guard lock(mutex_);
  Collected& collected = types_[type];
  if (collected.taken) return;
  collected.bodies.emplace_back(body);
  collected.bytes += body.size();
  if (collected.bodies.size() < kSampleBodies &&
      (collected.bytes < kSampleBytes || collected.bodies.size() < kBodiesAtLeast)) {
    return;
  }
  collected.taken = true;
  ready_.push_back({type, std::move(collected.bodies)});
  collected.bodies = {};
}

bool DictionarySamples::HasReady() const {
  const std::lock_guard lock(mutex_);
  return !ready_.empty();
}

std::optional<DictionarySamples::Ready> DictionarySamples::TakeReady() {
  const std::lock_guard lock(mutex_);
  if (ready_.empty()) return std::nullopt;
  Ready ready = std::move(ready_.back());
  ready_.pop_back();
  return ready;
}

Status Preparer::MakeRows(const json::Document& document, IndexRows& out) const {
  std::vector<search::IndexEntry> entries;
  parameters_.Extract(document.root(), entries);
  AppendIndexRows(entries, aliases_, out);
  search::ResourceText text;
  search::AppendText(parameters_, document.root(), text);
  SetText(std::move(text), out);
  return Ok();
}

void Preparer::MakeCustomRows(const json::Document& document, const search::CustomParameters& custom, IndexRows& out) const {
  std::vector<search::IndexEntry> entries;
  custom.Extract(document.root(), entries);
  AppendIndexRows(entries, aliases_, out);
}

Status Preparer::PrepareAgain(PreparedCommit& commit, CustomSet custom, Database& database) {
  for (PreparedChange& change : commit.changes) {
    change.custom_rows = {};
    if (change.change.kind != Change::Kind::kPut || custom == nullptr || custom->OfType(change.change.type).empty()) continue;
    QX_TRY(const auto codec, catalog_.Codec(change.dictionary, database));
    QX_TRY(const std::string kept, codec->Decompress(change.packed, limits::kJsonBytes));
    // Its version and time are not known yet, and no expression may ask for them.
    QX_TRY(const json::Document document, json::Document::Parse(AssembleBody(kept, change.splice, change.change.id, 1, Instant{0})));
    MakeCustomRows(document, *custom, change.custom_rows);
  }
  commit.custom = std::move(custom);
  return Ok();
}

Result<PreparedChange> Preparer::Prepare(Change change, const CustomSet& custom) const {
  if (!IsTypeName(change.type)) {
    return Invalid("bad-type", "\"" + change.type + "\" is not a resource type.", "“" + change.type + "”不是资源类型。");
  }
  if (!IsResourceId(change.id)) {
    return Invalid("bad-id", "An id has 1 to 64 letters, digits, hyphens or dots.",
                   "id 须为 1 到 64 个字母、数字、连字符或点。");
  }
  PreparedChange prepared;
  if (change.kind == Change::Kind::kPut) {
    QX_TRY(const json::Document document, json::Document::Parse(std::move(change.body)));
    change.body.clear();
    QX_TRY(KeptBody kept, KeepBody(document, change.type, change.id));
    QX_DO(MakeRows(document, prepared.rows));
    if (custom != nullptr) MakeCustomRows(document, *custom, prepared.custom_rows);
    const BodyCodec codec = catalog_.CodecForType(change.type);
    if (codec.dictionary == 0) samples_.Add(change.type, kept.text);
    prepared.dictionary = codec.dictionary;
    prepared.packed = codec.codec->Compress(kept.text);
    prepared.splice = kept.splice;
    prepared.hash = std::move(kept.hash);
  }
  prepared.change = std::move(change);
  return prepared;
}

}  // namespace qianxian::store::sqlite
