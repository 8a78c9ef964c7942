#include "auth/common_password.h"

#include <gtest/gtest.h>

namespace qianxian::auth {
namespace {

TEST(CommonPassword, WhatIsTriedFirst) {
  for (const char* common : {"Passw0rd", "P@ssw0rd", "P@ssw0rd1", "Password123!", "Admin@123", "Admin123456", "admin!2026", "Aa123456", "Aa123456.", "Abcd1234", "abc-def-12", "Abcd@1234",
                             "Abc@12345", "Qwer1234", "Qwer@1234", "1qaz@WSX", "1qaz2WSX!", "Qwerty-12", "Welcome1!", "Test-2026", "Woaini520!",
                             "Qianxian@2026", "Yiyuan@123", "Yisheng123", "Weixin-88", "Aaaa1111!", "Root@2026", "TestTest1", "Huawei@123", "1Q2w3e4r!", "Zxcvbn-1"})
    EXPECT_TRUE(IsCommonPassword(common)) << common;
}

TEST(CommonPassword, WhatIsNot) {
  for (const char* good : {"Meadow-12", "Li-hua-1967", "kX3#pq9v", "Doctor-58213-7796", "千县医共体Ab1好", "Scenario-2026-千县", "Hohe-Brücke-7", "Qw3-tree-blau", "Tulip%Rain9"})
    EXPECT_FALSE(IsCommonPassword(good)) << good;
}

TEST(CommonPassword, NothingAndLongOnes) {
  EXPECT_TRUE(IsCommonPassword("12345678"));
  EXPECT_TRUE(IsCommonPassword(""));
  EXPECT_FALSE(IsCommonPassword(std::string(100, 'x') + "Kj-19" + std::string(100, 'y')));
}

}  // namespace
}  // namespace qianxian::auth
