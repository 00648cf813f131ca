#include "doctor/tar_writer.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

#include "read_tar.h"

namespace onbehalf::cli::doctor {
namespace {

using test::ReadTar;

TEST(Tar, HoldsFilesOfEverySize) {
  TarWriter tar;
  tar.Add("a/empty", "", 0);
  tar.Add("a/one", "x", 1700000000);
  tar.Add("a/block", std::string(512, 'y'), -5);
  tar.Add("a/more", std::string(100000, 'z'), 1);
  const auto files = ReadTar(tar.Finish());
  EXPECT_EQ(files.size(), 4u);
  EXPECT_EQ(files.at("a/empty"), "");
  EXPECT_EQ(files.at("a/one"), "x");
  EXPECT_EQ(files.at("a/block"), std::string(512, 'y'));
  EXPECT_EQ(files.at("a/more"), std::string(100000, 'z'));
}

TEST(Tar, RefusesNamesThatDoNotFit) {
  TarWriter tar;
  EXPECT_NO_THROW(tar.Add(std::string(100, 'n'), "", 0));
  EXPECT_THROW(tar.Add(std::string(101, 'n'), "", 0), std::invalid_argument);
  EXPECT_THROW(tar.Add("", "", 0), std::invalid_argument);
}

}  // namespace
}  // namespace onbehalf::cli::doctor
