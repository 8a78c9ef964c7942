// What guards the program against its own bugs is in the file that is shipped, not only in a build script.
// Source: elf(5); OWASP ASVS 4.0.3 V14.1.2.
#include <elf.h>
#include <gtest/gtest.h>

#include <cstring>

#include "base/files.h"
#include "edge/program.h"

namespace qianxian::tests {
namespace {

template <class T>
T At(const std::string& file, uint64_t offset) {
  T out{};
  if (offset + sizeof(T) <= file.size()) std::memcpy(&out, file.data() + offset, sizeof(T));
  return out;
}

TEST(Hardening, TheProgramIsBuiltWithIt) {
  const std::string file = ReadFile(ProgramPath()).value();
  const auto head = At<Elf64_Ehdr>(file, 0);
  EXPECT_EQ(head.e_type, ET_DYN) << "loaded at any place";
  bool relro = false, data_is_no_code = false, at_start = false;
  for (int i = 0; i < head.e_phnum; ++i) {
    const auto part = At<Elf64_Phdr>(file, head.e_phoff + i * sizeof(Elf64_Phdr));
    EXPECT_FALSE((part.p_flags & PF_W) && (part.p_flags & PF_X)) << "memory that is written and run";
    relro |= part.p_type == PT_GNU_RELRO;
    data_is_no_code |= part.p_type == PT_GNU_STACK && !(part.p_flags & PF_X);
    if (part.p_type != PT_DYNAMIC) continue;
    for (uint64_t at = part.p_offset; at < part.p_offset + part.p_filesz; at += sizeof(Elf64_Dyn)) {
      const auto entry = At<Elf64_Dyn>(file, at);
      at_start |= entry.d_tag == DT_FLAGS_1 && (entry.d_un.d_val & DF_1_NOW);
    }
  }
  EXPECT_TRUE(relro) << "tables of addresses are closed after the start";
  EXPECT_TRUE(at_start) << "all of them are filled in at the start";
  EXPECT_TRUE(data_is_no_code) << "the stack is not run";
  EXPECT_NE(file.find("__stack_chk_fail"), std::string::npos) << "a frame that was overrun is noticed";
  EXPECT_NE(file.find("__snprintf_chk"), std::string::npos) << "copies of known size are checked";
}

}  // namespace
}  // namespace qianxian::tests
