#include "store/contract/synthea_sample.h"

#include <unordered_map>

#include "base/files.h"
#include "base/text.h"
#include "bytes/reader.h"
#include "json/value.h"

namespace qianxian::store {
namespace {

using Names = std::unordered_map<std::string, std::string>;   // what a reference says -> "Type/id"

Result<std::string> ReadWhole(const std::string& path) {
  QX_TRY(const auto reader, bytes::Reader::Open(path));
  std::string all;
  std::string piece(1 << 20, '\0');
  for (;;) {
    QX_TRY(const size_t size, reader->Read(piece.data(), piece.size()));
    if (size == 0) return all;
    all.append(piece, 0, size);
  }
}

void Learn(json::Value entry, Names& names) {
  const std::optional<json::Value> resource = entry.Find("resource");
  if (!resource) return;
  const std::string type(resource->FindString("resourceType"));
  const std::string local = type + "/" + std::string(resource->FindString("id"));
  names[std::string(entry.FindString("fullUrl"))] = local;
  if (type != "Organization" && type != "Practitioner" && type != "Location") return;
  const std::optional<json::Value> identifiers = resource->Find("identifier");
  if (!identifiers) return;
  for (json::Value identifier : identifiers->Elements()) {
    names[type + "?identifier=" + std::string(identifier.FindString("system")) + "|" +
          std::string(identifier.FindString("value"))] = local;
  }
}

// Replaces the texts of references that are known.
std::string Localize(std::string_view text, const Names& names) {
  constexpr std::string_view kReference = "\"reference\":";
  std::string out;
  out.reserve(text.size());
  size_t at = 0;
  for (;;) {
    const size_t found = text.find(kReference, at);
    if (found == std::string_view::npos) break;
    const size_t begin = text.find('"', found + kReference.size());
    const size_t end = text.find('"', begin + 1);
    if (begin == std::string_view::npos || end == std::string_view::npos) break;
    const auto name = names.find(std::string(text.substr(begin + 1, end - begin - 1)));
    out.append(text.substr(at, begin + 1 - at));
    out.append(name == names.end() ? text.substr(begin + 1, end - begin - 1) : std::string_view(name->second));
    at = end;
  }
  out.append(text.substr(at));
  return out;
}

}  // namespace

std::string SyntheaFolder() {
  const std::string folder = std::string(QIANXIAN_SOURCE_DIR) + "/../shared/data/synthea/blaze-test-data";
  return FileExists(folder) ? folder : "";
}

Result<std::vector<std::vector<Change>>> ReadSynthea(const std::string& folder, size_t files) {
  QX_TRY(const std::vector<std::string> paths, ListFiles(folder));
  std::vector<std::vector<Change>> bundles;
  Names shared;   // hospitals and practitioners come first by name
  for (const std::string& path : paths) {
    if (!EndsWith(path, ".json.bz2")) continue;
    if (files != 0 && bundles.size() >= files) break;
    QX_TRY(std::string text, ReadWhole(path));
    QX_TRY(const json::Document document, json::Document::Parse(std::move(text)));
    const std::optional<json::Value> entries = document.root().Find("entry");
    if (!entries) continue;
    Names names = shared;
    for (json::Value entry : entries->Elements()) Learn(entry, names);
    if (document.root().FindString("type") == "batch") shared = names;
    bundles.emplace_back();
    for (json::Value entry : entries->Elements()) {
      const std::optional<json::Value> resource = entry.Find("resource");
      if (!resource) continue;
      Change change;
      change.type = std::string(resource->FindString("resourceType"));
      change.id = std::string(resource->FindString("id"));
      change.body = Localize(resource->Raw(), names);
      bundles.back().push_back(std::move(change));
    }
  }
  return bundles;
}

std::string CopyMark(int copy) { return copy == 0 ? std::string() : "c" + std::to_string(copy) + "-"; }

Change Rekey(Change change, const std::string& mark) {
  if (mark.empty()) return change;
  constexpr std::string_view kId = "\"id\": \"";
  constexpr std::string_view kReference = "\"reference\": \"";
  const std::string_view text = change.body;
  std::string out;
  out.reserve(text.size() + 16 * mark.size());
  size_t done = 0;
  for (size_t at = text.find('"'); at != std::string_view::npos; at = text.find('"', at + 1)) {
    const std::string_view rest = text.substr(at);
    size_t place = std::string_view::npos;   // where the mark goes
    if (StartsWith(rest, kId)) {
      place = at + kId.size();
    } else if (StartsWith(rest, kReference)) {
      const size_t begin = at + kReference.size();
      const std::string_view target = text.substr(begin, text.find('"', begin) - begin);
      const size_t slash = target.find('/');
      if (StartsWith(target, "#")) {         // contained: its id has the mark too
        place = begin + 1;
      } else if (slash != std::string_view::npos && target.find_first_of(":?") == std::string_view::npos) {
        place = begin + slash + 1;
      }
    }
    if (place == std::string_view::npos) continue;
    out.append(text.substr(done, place - done)).append(mark);
    done = place;
    at = place - 1;
  }
  out.append(text.substr(done));
  change.id = mark + change.id;
  change.body = std::move(out);
  return change;
}

}  // namespace qianxian::store
