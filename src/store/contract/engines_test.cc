// The engines that there are.
#include "store/contract/contract.h"

namespace qianxian::store {

INSTANTIATE_TEST_SUITE_P(Engines, StoreContract,
                         testing::Values(ContractEngine{"Sqlite", OpenSqliteStore},
                                         ContractEngine{"Memory", OpenMemoryStore}),
                         [](const testing::TestParamInfo<ContractEngine>& engine) { return engine.param.name; });

}  // namespace qianxian::store
