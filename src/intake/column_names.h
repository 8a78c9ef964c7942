// What the columns of the known sheets are called in Chinese. Pure; any thread.
// Source: the N041 layout of the discharge front page (卫统4-1表, public copies of its column list), the insurance bureau's
// settlement export, and docs/formats/sheets.md for our own.
#pragma once

#include <string>
#include <string_view>

namespace qianxian::intake {

// "主要诊断编码" for "JBDM", "其他诊断编码3" for "JBDM3"; case does not matter; "" for an unknown column.
std::string ChineseName(std::string_view column);

}  // namespace qianxian::intake
