#include "base/files.h"
#include "base/temporary_folder.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>


namespace qianxian {
namespace {

class FilesTest : public testing::Test {
 protected:
  TemporaryFolder place_;
  const std::string& folder_ = place_.path();
};

TEST_F(FilesTest, WritesAndReadsBack) {
  std::string path = folder_ + "/a";
  std::string content("one\0two\xff", 8);
  ASSERT_TRUE(WriteFileDurably(path, content).ok());
  EXPECT_EQ(ReadFile(path).value(), content);
  EXPECT_EQ(FileSize(path).value(), 8U);
  ASSERT_TRUE(WriteFileDurably(path, "").ok());
  EXPECT_EQ(ReadFile(path).value(), "");
  EXPECT_EQ(ListFiles(folder_).value(), std::vector<std::string>{path}) << "nothing is left beside it";
  EXPECT_TRUE(SyncFile(path).ok());
}

TEST_F(FilesTest, ReadsFilesThatDoNotKnowTheirSize) {
  EXPECT_NE(ReadFile("/proc/self/status").value().find("Name:"), std::string::npos);
}

TEST_F(FilesTest, FailedReplacementLeavesTheOldFile) {
  std::string path = folder_ + "/directory";
  ASSERT_TRUE(MakeDirectories(path + "/x").ok());
  EXPECT_FALSE(WriteFileDurably(path, "new").ok()) << "a folder is not replaced by a file";
  EXPECT_TRUE(FileExists(path + "/x"));
  EXPECT_TRUE(ListFiles(folder_).value().empty());
}

TEST_F(FilesTest, SaysWhatIsMissing) {
  EXPECT_EQ(ReadFile(folder_ + "/none").error().category, ErrorCategory::kNotFound);
  EXPECT_EQ(FileSize(folder_ + "/none").error().category, ErrorCategory::kNotFound);
  EXPECT_EQ(ListFiles(folder_ + "/none").error().category, ErrorCategory::kNotFound);
  EXPECT_EQ(SyncFile(folder_ + "/none").error().category, ErrorCategory::kNotFound);
  EXPECT_EQ(ReadFile(folder_).error().category, ErrorCategory::kUnavailable);
  EXPECT_TRUE(RemoveFile(folder_ + "/none").ok());
  EXPECT_FALSE(FileExists(folder_ + "/none"));
}

TEST_F(FilesTest, ListsAllBelowSorted) {
  ASSERT_TRUE(MakeDirectories(folder_ + "/b/c").ok());
  for (const char* name : {"/z", "/b/y", "/b/c/x", "/a"}) ASSERT_TRUE(WriteFileDurably(folder_ + name, "1").ok());
  ASSERT_EQ(symlink(folder_.c_str(), (folder_ + "/b/round").c_str()), 0);
  EXPECT_EQ(ListFiles(folder_).value(), (std::vector<std::string>{folder_ + "/a", folder_ + "/b/c/x", folder_ + "/b/y", folder_ + "/z"}));
  EXPECT_TRUE(SyncDirectory(folder_ + "/b").ok());
  ASSERT_TRUE(RemoveFile(folder_ + "/a").ok());
  EXPECT_FALSE(FileExists(folder_ + "/a"));
}

}  // namespace
}  // namespace qianxian
