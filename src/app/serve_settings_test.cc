#include "app/serve_settings.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "base/temporary_folder.h"

namespace qianxian::app {
namespace {

class SettingsTest : public testing::Test {
 protected:
  SettingsTest() {
    options_.folder.directory = place_ / "data";
    std::filesystem::create_directories(place_ / "data");
  }
  std::string Write(const std::string& name, const std::string& text) const {
    std::ofstream(place_ / name) << text;
    return place_ / name;
  }
  TemporaryFolder place_;
  ServeOptions options_;
};

TEST_F(SettingsTest, WithoutAFileAllIsAsTheCommandLineSays) {
  const ServeSettings settings = SettingsOf(options_).value();
  EXPECT_EQ(settings.file, "");
  EXPECT_EQ(settings.options.port, 8080);
  EXPECT_EQ(settings.configuration.Text("backup.folder"), "");
}

TEST_F(SettingsTest, TheFileIsRead) {
  options_.configuration_file = Write("q.toml", "data = \"/srv/q\"\naddress = \"0.0.0.0\"\nport = 9443\npacks = \"/p\"\nweb = \"/w\"\nhooks = [\"lab:80\"]\nbehind_proxy = true\n"
                                                "[tls]\ncertificate = \"/c.pem\"\nkey = \"/k.pem\"\ntls_1_2 = true\nca = \"/ca.pem\"\n[metrics]\nallow = [\"10.0.0.0/8\"]\n");
  const ServeSettings settings = SettingsOf(options_).value();
  const ServeOptions& all = settings.options;
  EXPECT_EQ(all.folder.directory, "/srv/q");
  EXPECT_EQ(all.folder.packs_directory, "/p");
  EXPECT_EQ(all.address, "0.0.0.0");
  EXPECT_EQ(all.port, 9443);
  EXPECT_EQ(all.web_directory, "/w");
  EXPECT_EQ(all.hooks, std::vector<std::string>{"lab:80"});
  EXPECT_TRUE(all.behind_proxy && all.tls_1_2);
  EXPECT_EQ(all.certificate_file, "/c.pem");
  EXPECT_EQ(all.key_file, "/k.pem");
  EXPECT_EQ(all.ca_file, "/ca.pem");
  ASSERT_EQ(settings.metrics_allow.size(), 1u);
  EXPECT_TRUE(settings.metrics_allow[0].Has("10.200.0.1"));
}

TEST_F(SettingsTest, TheCommandLineWins) {
  options_.configuration_file = Write("q.toml", "data = \"/srv/q\"\nport = 9443\naddress = \"0.0.0.0\"\nhooks = [\"lab\"]\nbehind_proxy = false\n[tls]\ncertificate = \"/c.pem\"\nkey = \"/k.pem\"\n");
  options_.port = 0;
  options_.behind_proxy = true;
  options_.hooks = {"other"};
  options_.certificate_file = "mine.pem";
  options_.key_file = "mine.key";
  options_.given = {"--data", "--port", "--hook", "--behind-proxy", "--certificate", "--key"};
  const ServeOptions all = SettingsOf(options_).value().options;
  EXPECT_EQ(all.folder.directory, place_ / "data");
  EXPECT_EQ(all.port, 0);
  EXPECT_EQ(all.address, "0.0.0.0") << "what was not said stands in the file";
  EXPECT_EQ(all.hooks, std::vector<std::string>{"other"});
  EXPECT_TRUE(all.behind_proxy);
  EXPECT_EQ(all.certificate_file + all.key_file, "mine.pemmine.key");
}

TEST_F(SettingsTest, AFileInTheDataFolderIsFoundAndIsThatFolders) {
  Write("data/qianxian.toml", "port = 7\n");
  EXPECT_EQ(SettingsOf(options_).value().options.port, 7);
  Write("data/qianxian.toml", "data = \"" + place_.path() + "/data/../data\"\n");
  EXPECT_TRUE(SettingsOf(options_).ok());
  Write("data/qianxian.toml", "data = \"/elsewhere\"\n");
  EXPECT_EQ(SettingsOf(options_).error().code, "bad-configuration");
  options_.configuration_file = place_ / "none.toml";
  EXPECT_EQ(SettingsOf(options_).error().code, "no-such-file") << "one that was named must be there";
}

TEST_F(SettingsTest, MistakesAreSaid) {
  const auto wrong = [&](const std::string& text) {
    options_.configuration_file = Write("q.toml", text);
    return SettingsOf(options_).error().en;
  };
  EXPECT_NE(wrong("prot = 1").find("q.toml:1: there is no key prot"), std::string::npos);
  EXPECT_NE(wrong("metrics.allow = [\"intranet\"]").find("metrics.allow: an address or a range is"), std::string::npos);
  EXPECT_NE(wrong("tls.certificate = \"/c.pem\"").find("go together"), std::string::npos);
}

// Every key that is an option too is taken into it: a key that is read and has no effect would be a lie.
TEST_F(SettingsTest, EveryKeyOfTheTopAndOfTlsHasAnEffect) {
  for (const operate::Key& key : operate::Keys()) {
    if (key.name.find('.') != std::string_view::npos && key.name.substr(0, 4) != "tls.") continue;
    std::string value = key.type == operate::ValueType::kText ? "\"/other\"" : key.type == operate::ValueType::kWhole ? "17" : key.type == operate::ValueType::kFlag ? "true" : "[\"other\"]";
    if (key.name == "public_address") value = "\"https://county.cn\"";
    std::string text = std::string(key.name) + " = " + value + "\n";
    if (key.name == "tls.certificate") text += "tls.key = \"\\u002fk\"\n";
    if (key.name == "tls.key") text += "tls.certificate = \"\\u002fc\"\n";
    options_.configuration_file = Write("q.toml", text);
    const Result<ServeSettings> settings = SettingsOf(options_);
    ASSERT_TRUE(settings.ok()) << text << Describe(settings.error());
    const auto all = [](const ServeOptions& o) {
      return o.folder.directory + "|" + o.folder.packs_directory + "|" + o.address + "|" + std::to_string(o.port) + "|" + o.web_directory + "|" + std::to_string(o.hooks.size()) + "|" +
             (o.certificate_file == "/other" ? "c" : "") + "|" + (o.key_file == "/other" ? "k" : "") + "|" + o.ca_file + "|" + (o.tls_1_2 ? "2" : "") + "|" + (o.behind_proxy ? "p" : "") + "|" + o.public_address;
    };
    EXPECT_NE(all(settings->options), all(options_)) << key.name;
  }
}

TEST_F(SettingsTest, TheLimitsOfAccountsAndAddressesAreTaken) {
  const api::RateLimits usual = RateLimitsOf(SettingsOf(options_).value().configuration), without;
  EXPECT_EQ(usual.account, without.account);
  EXPECT_EQ(usual.address, without.address);
  EXPECT_EQ(usual.open, without.open);
  options_.configuration_file = Write("q.toml", "[limits]\naccount_requests_per_second = 1200\naddress_requests_per_second = 0\nopen_requests_per_second = 7\n");
  const api::RateLimits set = RateLimitsOf(SettingsOf(options_).value().configuration);
  EXPECT_EQ(set.account, 1200);
  EXPECT_EQ(set.address, 0);
  EXPECT_EQ(set.open, 7);
}

}  // namespace
}  // namespace qianxian::app
