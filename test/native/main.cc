// Runs every test of the core that is linked in; `--help` lists the options.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>
