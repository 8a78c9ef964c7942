#include "sheet/encoding.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

#include "base/text.h"
#include "bytes/reader.h"
#include "sheet/gb18030.h"

namespace qianxian::sheet {
namespace {

using std::string_view_literals::operator""sv;

constexpr size_t kSampleBytes = 1 << 20;
// A UTF-8 file with a few broken bytes is still UTF-8 (its rows say so): GB18030 read as UTF-8 has more broken characters
// than good ones, so anything between does not matter.
constexpr uint64_t kGoodForEachBroken = 20;

struct Signature {
  std::string_view bytes;
  const char* zh;
  const char* en;
};
constexpr std::array<Signature, 12> kSignatures{{
    {"\xd0\xcf\x11\xe0", "Excel 97–2003 工作簿（.xls）", "an Excel 97–2003 workbook (.xls)"},
    {"PK\x03\x04", "Excel 工作簿（.xlsx）或压缩包", "an Excel workbook (.xlsx) or a ZIP archive"},
    {"%PDF", "PDF 文件", "a PDF file"},
    {"\x09\x08\x10\x00"sv, "旧版 Excel 工作簿", "an old Excel workbook"},
    {"{\\rtf", "RTF 文档", "an RTF document"},
    {"\x89PNG", "图片", "a picture"},
    {"\xff\xd8\xff", "图片", "a picture"},
    {"Rar!", "RAR 压缩包", "a RAR archive"},
    {"7z\xbc\xaf", "7z 压缩包", "a 7z archive"},
    {"SQLite format 3", "数据库文件", "a database file"},
    {"PAR1", "Parquet 文件", "a Parquet file"},
    {"\x00\x01\x00\x00Standard"sv, "Access 数据库", "an Access database"},
}};

Error NotText(const std::string& zh, const std::string& en) {
  return Invalid("not-text",
                 "This is " + en + ", not a CSV text file. Open it in Excel (or WPS), choose Save As, type \"CSV UTF-8 "
                 "(comma delimited)\", and import the saved file.",
                 "这是" + zh + "，不是 CSV 文本文件。请用 Excel 或 WPS 打开，另存为“CSV UTF-8（逗号分隔）”后再导入。");
}

// dBASE: version byte, date of last change (YY MM DD), number of records, header and record length.
bool LooksLikeDbf(std::string_view s) {
  if (s.size() < 32 || !std::memchr("\x02\x03\x30\x31\x83\x8b\xf5\xfb", s[0], 8)) return false;
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(s[i]); };
  const unsigned header = byte(8) | byte(9) << 8;
  return byte(2) >= 1 && byte(2) <= 12 && byte(3) >= 1 && byte(3) <= 31 && header >= 33 &&
         std::memchr(s.data(), 0, 32) != nullptr;
}

bool LooksLikeMarkup(std::string_view s) {
  const std::string head = ToLowerAscii(TrimUnicode(s.substr(0, 256)));
  for (std::string_view word : {"<html", "<!doctype", "<?xml", "<table", "<workbook"})
    if (StartsWith(head, word)) return true;
  return false;
}

Status RefuseOtherFiles(std::string_view s) {
  for (const Signature& signature : kSignatures)
    if (StartsWith(s, signature.bytes)) return NotText(signature.zh, signature.en);
  if (LooksLikeDbf(s)) return NotText("DBF 数据库表（.dbf）", "a DBF table (.dbf)");
  if (LooksLikeMarkup(s)) return NotText("网页或 XML 格式的表格", "a table in HTML or XML");
  return Ok();
}

// Control characters that no sheet has; a NUL or two (exports from fixed-width fields) are forgiven.
bool IsBinary(std::string_view s) {
  size_t controls = 0;
  for (unsigned char c : s) controls += c < 0x20 && c != '\t' && c != '\n' && c != '\r' && c != 0x0c && c != 0x1a;
  return controls > std::max<size_t>(s.size() / 20, 8);
}

// UTF-16 without a mark: nearly every second byte of a header line is NUL.
bool LooksLikeUtf16(std::string_view s, bool little) {
  const size_t pairs = std::min<size_t>(s.size() / 2, 64);
  if (pairs < 4) return false;
  size_t nuls = 0, others = 0;
  for (size_t i = 0; i < pairs; ++i) {
    nuls += s[2 * i + (little ? 1 : 0)] == 0;
    others += s[2 * i + (little ? 0 : 1)] == 0;
  }
  return nuls * 10 >= pairs * 6 && others == 0;
}

Result<size_t> ReadFully(bytes::Reader& reader, char* out, size_t size) {
  size_t have = 0;
  while (have < size) {
    QX_TRY(const size_t got, reader.Read(out + have, size - have));
    if (got == 0) break;
    have += got;
  }
  return have;
}

Result<Detected> DetectGb18030(std::string_view sample) {
  std::vector<char> out(sample.size() * 3);
  const DecodeResult r = DecodeGb18030(sample, false, out.data());
  if (r.broken > r.characters / 10)
    return Invalid("not-text",
                   "The file is neither UTF-8 nor GB18030 text. Save it from Excel or WPS as \"CSV UTF-8\" and try again.",
                   "文件既不是 UTF-8 也不是 GB18030 编码的文本。请用 Excel 或 WPS 另存为“CSV UTF-8”后再导入。");
  return Detected{.encoding = Encoding::kGb18030};
}

}  // namespace

std::string_view Name(Encoding encoding) {
  switch (encoding) {
    case Encoding::kUtf8: return "UTF-8";
    case Encoding::kGb18030: return "GB18030";
    case Encoding::kUtf16Little: return "UTF-16LE";
    case Encoding::kUtf16Big: return "UTF-16BE";
  }
  return "";
}

// Returns how much of `text` was looked at: all, or up to a character that is not whole yet.
size_t Utf8Scan::Scan(std::string_view text, bool last) {
  size_t i = 0;
  while (i < text.size()) {
    uint64_t word;
    if (text.size() - i >= 8 && (std::memcpy(&word, text.data() + i, 8), (word & 0x8080808080808080ULL) == 0)) {
      i += 8;
      continue;
    }
    const auto c = static_cast<unsigned char>(text[i]);
    if (c < 0x80) {
      ++i;
      continue;
    }
    const size_t length = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : 2;
    if (!last && text.size() - i < length) return i;
    const auto next = [&](size_t k) { return i + k < text.size() ? static_cast<unsigned char>(text[i + k]) : 0; };
    if (length == 3 && (next(1) & 0xc0) == 0x80 && (next(2) & 0xc0) == 0x80 && c != 0xe0 && c != 0xed) {
      ++characters_;                          // the common case of Chinese text
      i += 3;
      continue;
    }
    size_t position = i;
    const uint32_t code = NextCodePoint(text, position);
    if (position == i + 1) ++broken_; else ++characters_;
    (void)code;
    i = position;
  }
  return i;
}

void Utf8Scan::Add(std::string_view piece) {
  while (!pending_.empty() && !piece.empty()) {
    pending_.push_back(piece.front());
    piece.remove_prefix(1);
    pending_.erase(0, Scan(pending_, false));
  }
  if (piece.empty()) return;
  pending_.assign(piece.substr(Scan(piece, false)));
}

Result<Detected> DetectEncoding(const std::string& path) {
  QX_TRY(std::unique_ptr<bytes::Reader> reader, bytes::Reader::Open(path));
  std::vector<char> buffer(kSampleBytes);
  QX_TRY(size_t have, ReadFully(*reader, buffer.data(), buffer.size()));
  const std::string_view sample(buffer.data(), have);
  if (StartsWith(sample, "\xff\xfe")) return Detected{Encoding::kUtf16Little, 2, false};
  if (StartsWith(sample, "\xfe\xff")) return Detected{Encoding::kUtf16Big, 2, false};
  QX_DO(RefuseOtherFiles(sample));
  if (StartsWith(sample, "\xef\xbb\xbf")) return Detected{Encoding::kUtf8, 3, false};
  if (TrimAscii(sample).empty() && have < kSampleBytes)
    return Invalid("empty-file", "The file is empty.", "文件是空的。");
  if (LooksLikeUtf16(sample, true)) return Detected{Encoding::kUtf16Little, 0, false};
  if (LooksLikeUtf16(sample, false)) return Detected{Encoding::kUtf16Big, 0, false};
  if (IsBinary(sample)) return NotText("二进制文件", "a binary file");
  Utf8Scan scan;
  scan.Add(sample);
  const auto is_utf8 = [&] { return scan.broken() * kGoodForEachBroken <= scan.characters(); };
  if (scan.broken() && !is_utf8()) return DetectGb18030(sample);
  std::vector<char> first_bad;                 // the first piece that is not UTF-8, to judge GB18030 by
  while (have == kSampleBytes) {
    QX_TRY(have, ReadFully(*reader, buffer.data(), buffer.size()));
    const uint64_t before = scan.broken();
    scan.Add({buffer.data(), have});
    if (scan.broken() > before && first_bad.empty()) first_bad.assign(buffer.begin(), buffer.begin() + have);
  }
  scan.End();
  if (scan.broken() == 0) return Detected{Encoding::kUtf8, 0, true};
  if (is_utf8()) return Detected{Encoding::kUtf8, 0, false};
  return DetectGb18030(first_bad.empty() ? sample : std::string_view(first_bad.data(), first_bad.size()));
}

}  // namespace qianxian::sheet
