# DuckDB::duckdb — the official shared library that npm carries (third_party/package-lock.json pins it with its integrity
# hash), and duckdb.h of the same version. The library exports the C API only, so nothing but duckdb.h is put in the
# include path. Programs that link to it find it beside the checkout by rpath.
if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|amd64|AMD64)$")
  set(qianxian_duckdb_machine x64)
elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "^(aarch64|arm64|ARM64)$")
  set(qianxian_duckdb_machine arm64)
else()
  message(FATAL_ERROR "DuckDB: no library for processor '${CMAKE_SYSTEM_PROCESSOR}' (x86_64 and aarch64 have one).")
endif()

set(qianxian_node_modules ${CMAKE_SOURCE_DIR}/third_party/node_modules)
set(qianxian_duckdb_library
    ${qianxian_node_modules}/@duckdb/node-bindings-linux-${qianxian_duckdb_machine}/libduckdb.so)
set(qianxian_duckdb_header ${qianxian_node_modules}/duckdb/src/duckdb/src/include/duckdb.h)
foreach(file IN ITEMS ${qianxian_duckdb_library} ${qianxian_duckdb_header})
  if(NOT EXISTS ${file})
    message(FATAL_ERROR "DuckDB: ${file} is missing.\n"
      "Install the build-time packages first:  (cd ${CMAKE_SOURCE_DIR}/third_party && npm ci --ignore-scripts)")
  endif()
endforeach()

configure_file(${qianxian_duckdb_header} ${CMAKE_BINARY_DIR}/duckdb/include/duckdb.h COPYONLY)
if(NOT TARGET DuckDB::duckdb)
  add_library(DuckDB::duckdb SHARED IMPORTED GLOBAL)
  set_target_properties(DuckDB::duckdb PROPERTIES
    IMPORTED_LOCATION ${qianxian_duckdb_library}
    IMPORTED_SONAME libduckdb.so
    INTERFACE_INCLUDE_DIRECTORIES ${CMAKE_BINARY_DIR}/duckdb/include)
endif()
