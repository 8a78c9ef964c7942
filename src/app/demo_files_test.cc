// What an earlier run of `demo` left: used again only where truth.json vouches for all of it; and the room that is needed.
#include "app/demo_files.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>

#include "base/files.h"
#include "base/temporary_folder.h"

namespace qianxian::app {
namespace {

class DemoFiles : public ::testing::Test {
 protected:
  DemoFiles() {
    options_ = {.size = "tiny", .seed = 3, .directory = folder_ + "/demo-files", .packs_directory = QIANXIAN_SOURCE_DIR "/packs"};
    std::filesystem::create_directories(options_.directory);
  }
  bool Found(const std::vector<std::string>& done = {}) const {
    auto found = FindGenerated(options_, done);
    EXPECT_TRUE(found.ok()) << Describe(found.error());
    return found.ok() && found->has_value();
  }

  TemporaryFolder place_;
  const std::string& folder_ = place_.path();
  demo::Options options_;
};

TEST_F(DemoFiles, AreFoundAsTheyWereGenerated) {
  EXPECT_FALSE(Found());
  auto made = demo::Generate(options_);
  ASSERT_TRUE(made.ok()) << Describe(made.error());
  auto found = FindGenerated(options_, {});
  ASSERT_TRUE(found.ok() && found->has_value());
  ASSERT_EQ((*found)->files.size(), made->files.size());
  EXPECT_EQ((*found)->rows, made->rows);
  EXPECT_EQ((*found)->truth_path, made->truth_path);
  ASSERT_EQ((*found)->counties.size(), 1u);
  EXPECT_EQ((*found)->counties[0].code, made->counties[0].code);
  EXPECT_EQ((*found)->counties[0].name, made->counties[0].name);
  for (size_t i = 0; i < made->files.size(); ++i) {
    const demo::GeneratedFile &a = made->files[i], &b = (*found)->files[i];
    EXPECT_EQ(b.path, a.path);
    EXPECT_EQ(b.kind, a.kind);
    EXPECT_EQ(b.organization, a.organization);
    EXPECT_EQ(b.region, a.region);
    EXPECT_EQ(b.bytes, std::filesystem::file_size(a.path));
    EXPECT_EQ(b.rows, a.rows);
    EXPECT_EQ(b.accepted, a.accepted);
    EXPECT_EQ(b.unchanged, a.unchanged);
    EXPECT_EQ(b.replaced, a.replaced);
    EXPECT_EQ(b.rejected, a.rejected);
  }
}

TEST_F(DemoFiles, AreMadeAgainWhereOneIsShortOrOfAnotherSeed) {
  auto made = demo::Generate(options_);
  ASSERT_TRUE(made.ok());
  const std::string path = made->files.back().path, name = path.substr(path.rfind('/') + 1);
  std::filesystem::resize_file(path, std::filesystem::file_size(path) - 1);
  EXPECT_FALSE(Found());
  EXPECT_TRUE(Found({name})) << "what is imported is not needed again";
  std::filesystem::remove(path);
  EXPECT_FALSE(Found());
  EXPECT_TRUE(Found({name}));
  options_.seed = 4;
  EXPECT_FALSE(Found({name}));
}

TEST_F(DemoFiles, RoomIsAskedForBeforehandAndWhatLiesThereCounts) {
  auto expected = demo::Expect(options_);
  ASSERT_TRUE(expected.ok());
  auto kept = FindRoom(options_, folder_, false), dropped = FindRoom(options_, folder_, true);
  ASSERT_TRUE(kept.ok() && dropped.ok());
  EXPECT_GE(kept->needed, expected->file_bytes + expected->data_bytes);
  EXPECT_LT(dropped->needed, kept->needed);
  EXPECT_GE(dropped->needed, expected->file_bytes);
  EXPECT_GT(kept->there, 0u);
  std::ofstream(folder_ + "/some") << std::string(1'000'000, 'x');
  EXPECT_EQ(FindRoom(options_, folder_, false)->needed, kept->needed - 1'000'000);
  const Error error = NoRoom({25'300'000'000, 1'500'000'000}, "/data");
  EXPECT_EQ(error.code, "disk-full");
  for (const std::string& text : {error.zh, error.en}) {
    EXPECT_NE(text.find("25.3 GB"), std::string::npos) << text;
    EXPECT_NE(text.find("1.5 GB"), std::string::npos) << text;
  }
}

// The numbers behind the question for room are those of what comes out.
TEST_F(DemoFiles, AreAboutAsLargeAsExpected) {
  auto expected = demo::Expect(options_);
  auto made = demo::Generate(options_);
  ASSERT_TRUE(expected.ok() && made.ok());
  uint64_t bytes = 0;
  for (const demo::GeneratedFile& file : made->files) bytes += file.bytes;
  EXPECT_EQ(expected->persons, 2000u);
  EXPECT_NEAR(static_cast<double>(made->rows) / static_cast<double>(expected->rows), 1, 0.2);
  EXPECT_NEAR(static_cast<double>(bytes) / static_cast<double>(expected->file_bytes), 1, 0.25);
  options_.size = "province";
  EXPECT_EQ(demo::Expect(options_)->persons, 6'000'000u);
  options_.size = "planet";
  EXPECT_EQ(demo::Expect(options_).error().code, "unknown-size");
}

}  // namespace
}  // namespace qianxian::app
