# BigfootRunConfig.cmake - What find_package(BigfootRun) loads.
include("${CMAKE_CURRENT_LIST_DIR}/BigfootRun.cmake")
