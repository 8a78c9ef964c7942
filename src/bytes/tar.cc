#include "bytes/tar.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace qianxian::bytes {
namespace {

constexpr size_t kBlock = 512;
constexpr uint64_t kLongestName = 16 << 10;

Error BadArchive(const std::string& why) {
  return Invalid("bad-archive", "this is no tar archive, or it is damaged: " + why, "不是有效的 tar 归档，或已损坏：" + why);
}

Error TooLarge() { return Invalid("too-large", "the archive unpacks to more than is allowed", "归档解开后超过允许的大小"); }

std::string_view Field(const char* block, size_t at, size_t size) {
  std::string_view field(block + at, size);
  return field.substr(0, std::min(field.find('\0'), size));
}

// Octal digits, with blanks around them; or, for large numbers, base 256 behind a set bit.
std::optional<uint64_t> Number(const char* block, size_t at, size_t size) {
  auto byte = [&](size_t i) { return static_cast<unsigned char>(block[at + i]); };
  uint64_t number = 0;
  if (byte(0) & 0x80) {
    number = byte(0) & 0x7f;
    for (size_t i = 1; i < size; ++i) {
      if (number >> 55) return std::nullopt;
      number = number << 8 | byte(i);
    }
    return number;
  }
  for (char c : TrimAscii(Field(block, at, size))) {
    if (c < '0' || c > '7' || number >> 60) return std::nullopt;
    number = number << 3 | static_cast<uint64_t>(c - '0');
  }
  return number;
}

bool SumIsRight(const char* block) {
  uint64_t sum = 0;
  for (size_t i = 0; i < kBlock; ++i) sum += i >= 148 && i < 156 ? ' ' : static_cast<unsigned char>(block[i]);
  return Number(block, 148, 8) == sum;
}

bool IsSafe(std::string_view name) {
  if (name.empty() || name[0] == '/' || name.find('\\') != std::string_view::npos || name.find('\0') != std::string_view::npos) return false;
  for (std::string_view part : Split(name, '/')) {
    if (part == "..") return false;
  }
  return true;
}

uint64_t Padding(uint64_t size) { return (kBlock - size % kBlock) % kBlock; }

}  // namespace

Result<bool> TarReader::ReadBlock(char* block) {
  size_t got = 0;
  while (got < kBlock) {
    QX_TRY(size_t more, in_.Read(block + got, kBlock - got));
    if (more == 0 && got == 0) return false;
    if (more == 0) return BadArchive("it ends within a block");
    got += more;
  }
  return true;
}

Status TarReader::Charge(uint64_t size) {
  if (size > left_) return TooLarge();
  left_ -= size;
  return Ok();
}

Status TarReader::Skip(uint64_t size) {
  std::array<char, 16 << 10> sink;
  while (size > 0) {
    QX_TRY(size_t got, in_.Read(sink.data(), static_cast<size_t>(std::min<uint64_t>(size, sink.size()))));
    if (got == 0) return BadArchive("it ends within a member");
    size -= got;
  }
  return Ok();
}

Result<std::string> TarReader::Take(uint64_t size) {
  std::string content(static_cast<size_t>(size), '\0');
  for (size_t got = 0; got < content.size();) {
    QX_TRY(size_t more, in_.Read(content.data() + got, content.size() - got));
    if (more == 0) return BadArchive("it ends within a member");
    got += more;
  }
  QX_DO(Skip(Padding(size)));
  return content;
}

// Lines "LENGTH KEY=VALUE\n", LENGTH of the whole line.
Status TarReader::ReadPax(const std::string& records, std::string& path) const {
  std::string_view rest = records;
  while (!rest.empty()) {
    int64_t length = 0;
    size_t blank = rest.find(' ');
    bool good = blank != std::string_view::npos && ParseInteger(rest.substr(0, blank), length) && length > static_cast<int64_t>(blank) + 1 &&
                static_cast<uint64_t>(length) <= rest.size();
    if (!good) return BadArchive("an extended header");
    std::string_view line = rest.substr(blank + 1, static_cast<size_t>(length) - blank - 2);
    if (StartsWith(line, "path=")) path = line.substr(5);
    rest.remove_prefix(static_cast<size_t>(length));
  }
  return Ok();
}

Result<std::optional<TarReader::Member>> TarReader::Next() {
  if (unread_ > 0) QX_DO(Skip(unread_ + Padding(unread_)));
  unread_ = 0;
  std::string long_name;
  std::array<char, kBlock> block;
  while (true) {
    QX_TRY(bool found, ReadBlock(block.data()));
    if (!found || std::all_of(block.begin(), block.end(), [](char c) { return c == '\0'; })) return std::optional<Member>();
    std::optional<uint64_t> size = Number(block.data(), 124, 12);
    if (!SumIsRight(block.data()) || !size) return BadArchive("a header's check sum");
    QX_DO(Charge(*size));
    char type = block[156];
    if (type == 'x' || type == 'L' || type == 'g' || type == 'K') {
      if (*size > kLongestName) return BadArchive("a name that is too long");
      QX_TRY(std::string content, Take(*size));
      if (type == 'x') QX_DO(ReadPax(content, long_name));
      if (type == 'L') long_name = content.substr(0, content.find('\0'));
      continue;
    }
    Member member;
    std::string_view prefix = Field(block.data(), 257, 5) == "ustar" ? Field(block.data(), 345, 155) : std::string_view();
    member.name = std::string(prefix) + (prefix.empty() ? "" : "/") + std::string(Field(block.data(), 0, 100));
    if (!long_name.empty()) member.name = long_name;
    member.size = unread_ = *size;
    member.is_file = type == '0' || type == '\0';
    if (!IsSafe(member.name)) {
      return Invalid("unsafe-path", "the archive has a member with the name " + member.name, "归档中有不安全的路径：" + member.name);
    }
    return std::optional<Member>(std::move(member));
  }
}

Result<std::string> TarReader::ReadContent(size_t most_bytes) {
  if (unread_ > most_bytes) return TooLarge();
  uint64_t size = unread_;
  unread_ = 0;
  return Take(size);
}

}  // namespace qianxian::bytes
