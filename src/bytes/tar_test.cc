#include "bytes/tar.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "bytes/tar_for_tests.h"

namespace qianxian::bytes {
namespace {

class TextReader final : public Reader {
 public:
  explicit TextReader(std::string text, size_t piece = 100) : text_(std::move(text)), piece_(piece) {}
  Result<size_t> Read(char* out, size_t size) override {
    size_t taken = std::min({size, piece_, text_.size() - at_});
    text_.copy(out, taken, at_);
    at_ += taken;
    return taken;
  }
  uint64_t file_position() const override { return at_; }
  uint64_t file_size() const override { return text_.size(); }

 private:
  std::string text_;
  size_t piece_, at_ = 0;
};

constexpr uint64_t kMuch = 1 << 20;

std::string CodeOf(const std::string& archive, uint64_t most = kMuch) {
  TextReader in(archive);
  TarReader tar(in, most);
  while (true) {
    auto member = tar.Next();
    if (!member.ok()) return member.error().code;
    if (!*member) return "end";
    auto content = tar.ReadContent(kMuch);
    if (!content.ok()) return content.error().code;
  }
}

TEST(Tar, GivesMembersInOrder) {
  std::string long_name = "package/" + std::string(150, 'n') + ".json";
  std::string pax_line = " path=" + long_name + "\n";
  std::string pax = std::to_string(pax_line.size() + 3) + pax_line;
  std::string archive = TarMember("package/", "", '5') + TarMember("package/a.json", "{}") + TarMember("package/b.json", std::string(1000, 'b')) +
                        TarMember("pax", pax, 'x') + TarMember("short", "of a long name") + TarMember("././@LongLink", long_name + '\0', 'L') +
                        TarMember("short", "again") + TarMember("link", "", '2') + TarEnd();
  for (size_t piece : {1, 7, 512, 100000}) {
    TextReader in(archive, piece);
    TarReader tar(in, kMuch);
    std::vector<std::string> seen;
    while (true) {
      auto member = tar.Next();
      ASSERT_TRUE(member.ok()) << Describe(member.error());
      if (!*member) break;
      std::string content = (*member)->is_file && (*member)->name != "package/b.json" ? *tar.ReadContent(kMuch) : std::string("-");   // skipped
      seen.push_back((*member)->name + "=" + content);
    }
    EXPECT_EQ(seen, (std::vector<std::string>{"package/=-", "package/a.json={}", "package/b.json=-", long_name + "=of a long name", long_name + "=again", "link=-"}));
  }
}

TEST(Tar, RefusesNamesThatClimb) {
  for (const char* name : {"../x", "a/../../x", "/etc/passwd", "a/..", "a\\..\\x"}) EXPECT_EQ(CodeOf(TarMember(name, "") + TarEnd()), "unsafe-path") << name;
  EXPECT_EQ(CodeOf(TarMember("a..b/..c", "") + TarEnd()), "end");
  EXPECT_EQ(CodeOf(TarMember("p", "14 path=../up\n", 'x') + TarMember("fine", "") + TarEnd()), "unsafe-path") << "also by an extended header";
}

TEST(Tar, RefusesWhatIsDamaged) {
  std::string good = TarMember("a", "content") + TarEnd();
  EXPECT_EQ(CodeOf(good), "end");
  std::string bad = good;
  bad[0] = 'b';
  EXPECT_EQ(CodeOf(bad), "bad-archive") << "the check sum";
  EXPECT_EQ(CodeOf(good.substr(0, 300)), "bad-archive");
  EXPECT_EQ(CodeOf(good.substr(0, 515)), "bad-archive");
  EXPECT_EQ(CodeOf(good.substr(0, 1024)), "end") << "without the two empty blocks";
  EXPECT_EQ(CodeOf(std::string(512, 'x')), "bad-archive");
  EXPECT_EQ(CodeOf(TarMember("p", "99 path=x\n", 'x') + TarEnd()), "bad-archive");
  EXPECT_EQ(CodeOf(TarMember("a", "", '0', "99999999999") + TarEnd()), "bad-archive") << "no octal number";
}

TEST(Tar, KeepsItsBounds) {
  std::string large = TarMember("a", std::string(5000, 'x')) + TarMember("b", std::string(5000, 'x')) + TarEnd();
  EXPECT_EQ(CodeOf(large, 10'000), "end");
  EXPECT_EQ(CodeOf(large, 9'999), "too-large");
  EXPECT_EQ(CodeOf(TarMember("a", "", '0', "77777777777") + TarEnd()), "too-large") << "nothing is set aside on the word of a header";
  TextReader in(large);
  TarReader tar(in, kMuch);
  ASSERT_TRUE(tar.Next().ok());
  EXPECT_EQ(tar.ReadContent(4'999).error().code, "too-large");
}

}  // namespace
}  // namespace qianxian::bytes
