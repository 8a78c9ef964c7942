// Random tables written and read back in every encoding, and random bytes, which must never do harm.
#include <gtest/gtest.h>

#include "base/ids.h"
#include "base/text.h"
#include "sheet/csv.h"
#include "sheet/record.h"
#include "sheet/test_files.h"

namespace qianxian::sheet {
namespace {

// A field that cleaning leaves alone: Chinese text (so full-width signs stay) that ends with a letter; between is anything.
std::string RandomField(Random& random) {
  static const std::vector<std::string> kPieces = {",", "\"", "\n", "\r\n", " ", "；", ";", "\t", "'", "=", "县", "医院",
                                                   "𠮷", "é", "€", "（", "）", "0", "-", "，", "龘", "\xee\x80\x80"};
  std::string field = "县";
  const uint64_t count = random.NextBelow(8) == 0 ? random.NextBelow(2000) : random.NextBelow(9);
  for (uint64_t i = 0; i < count; ++i) field += kPieces[random.NextBelow(kPieces.size())];
  return field + "y";
}

TEST(CsvProperty, TablesComeBackInEveryEncoding) {
  TestFiles files;
  SeededRandom random(20250701);
  const struct { CsvWriter::Encoding encoding; const char* name; const char* file; } kinds[] = {
      {CsvWriter::Encoding::kUtf8, "UTF-8", "t.csv"},     {CsvWriter::Encoding::kUtf8Bom, "UTF-8", "t.csv.gz"},
      {CsvWriter::Encoding::kGb18030, "GB18030", "g.csv"}, {CsvWriter::Encoding::kGb18030, "GB18030", "g.csv.gz"}};
  for (int round = 0; round < 16; ++round) {
    const size_t columns = 1 + random.NextBelow(12), rows = random.NextBelow(round % 8 == 0 ? 2000 : 50);
    std::vector<std::vector<std::string>> table(rows);
    for (auto& row : table)
      for (size_t c = 0; c < columns; ++c) row.push_back(RandomField(random));
    for (const auto& kind : kinds) {
      const std::string path = files.Path(kind.file);
      auto writer = CsvWriter::Create(path, kind.encoding);
      ASSERT_TRUE(writer.ok());
      for (size_t c = 0; c < columns; ++c) (*writer)->Field("列" + std::to_string(c));
      ASSERT_TRUE((*writer)->EndRow().ok());
      for (const auto& row : table) {
        for (const auto& field : row) (*writer)->Field(field);
        ASSERT_TRUE((*writer)->EndRow().ok());
      }
      ASSERT_TRUE((*writer)->Close().ok());
      const Table read = ReadTable(path);
      ASSERT_EQ(read.error, "");
      ASSERT_EQ(read.encoding, kind.name);
      ASSERT_EQ(read.header.size(), columns);
      ASSERT_EQ(read.rows, table) << "round " << round << " " << kind.file;
    }
  }
}

// The scanner gives the same records however the text is cut into pieces.
TEST(CsvProperty, CutsDoNotMatter) {
  SeededRandom random(7);
  const RecordScanner scanner(',');
  for (int round = 0; round < 300; ++round) {
    std::string text;
    const uint64_t length = random.NextBelow(200);
    for (uint64_t i = 0; i < length; ++i) text += ",\"\n\rab "[random.NextBelow(7)];
    std::vector<FieldSpan> whole, cut;
    const ScanResult expected = scanner.Scan(text, true, whole);
    for (size_t size = 0; size < text.size(); ++size) {
      const ScanResult r = scanner.Scan(std::string_view(text).substr(0, size), false, cut);
      if (r.state != ScanState::kRecord) {
        EXPECT_EQ(r.state, ScanState::kNeedMore);
        continue;
      }
      EXPECT_EQ(expected.state, ScanState::kRecord);
      EXPECT_EQ(r.taken, expected.taken);
      EXPECT_EQ(r.line_breaks, expected.line_breaks);
      EXPECT_EQ(cut.size(), whole.size());
    }
  }
}

TEST(CsvProperty, RandomBytesNeverDoHarm) {
  TestFiles files;
  SeededRandom random(99);
  const std::string seeds = "a,b,\"c\"\r\n1,2,3\n";
  for (int round = 0; round < 400; ++round) {
    std::string bytes = round % 2 ? seeds : "";
    const uint64_t length = random.NextBelow(3000);
    const uint64_t kind = random.NextBelow(4);
    for (uint64_t i = 0; i < length; ++i) {
      if (kind == 0) bytes += static_cast<char>(random.NextBelow(256));
      else if (kind == 1) bytes += ",\"\n\r='\t;\xef\xbc\x91\x81\x30"[random.NextBelow(13)];
      else if (kind == 2) bytes += static_cast<char>(0x80 + random.NextBelow(128));
      else bytes += random.NextBelow(20) ? static_cast<char>(32 + random.NextBelow(90)) : '\n';
    }
    if (kind == 3 && random.NextBelow(2)) bytes.insert(0, "\xff\xfe");
    const Table table = ReadTable(files.Write(bytes));
    for (const auto& row : table.rows)
      for (const auto& field : row) ASSERT_TRUE(IsValidUtf8(field)) << "round " << round;
    for (size_t i = 1; i < table.lines.size(); ++i) ASSERT_LT(table.lines[i - 1], table.lines[i]);
  }
}

}  // namespace
}  // namespace qianxian::sheet
