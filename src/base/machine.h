// What this machine is. Any thread.
#pragma once

#include <cstddef>

namespace qianxian {

size_t MachineMemoryBytes();               // 0: unknown

}  // namespace qianxian
