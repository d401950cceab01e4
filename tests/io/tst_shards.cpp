// Work in shards: the same whatever the parts, taken up again where it was, and nothing wrong is joined.
#include "core/common/error.h"
#include "core/io/file_bytes.h"
#include "core/io/shards.h"
#include "tests/support/test_registry.h"

#include <QTemporaryDir>
#include <QTest>

#include <atomic>
#include <filesystem>
#include <fstream>

namespace tst_shards {

using namespace keyhole;

namespace {

// Items that count how often they were made.
struct Counted {
  std::shared_ptr<std::atomic<int>> made = std::make_shared<std::atomic<int>>(0);
  Index stopAt = -1;  // Stopped there

  ShardedWork work(const std::string& key = "squares", Index items = 101) const {
    return {"test", key, items, false, [made = made, stop = stopAt](Index item, Progress&) {
              if (item == stop) throw Stopped();
              ++*made;
              return nlohmann::ordered_json({{"item", item}, {"third", static_cast<double>(item) / 3}});
            }};
  }
};

std::string sentenceOf(const std::function<void()>& call) {
  try {
    call();
  } catch (const InputError& error) {
    return error.what();
  }
  return {};
}

}  // namespace

class TestShards : public QObject {
  Q_OBJECT

  QTemporaryDir m_folder;
  std::string folder(const char* name) const { return m_folder.filePath(name).toStdString(); }

  void computeAll(const ShardedWork& work, Index of, const std::string& where) const {
    for (Index shard = of; shard >= 1; --shard) computeShard(work, {shard, of}, where);
  }

 private slots:
  // One part, eight parts in another order, and more parts than fit evenly.
  void mergesToTheSameBytes() {
    const ShardedWork work = Counted().work();
    computeAll(work, 1, folder("one"));
    const std::string whole = mergedBytes(work, mergedShards(work, 1, folder("one")));
    for (const Index of : {8, 101}) {
      const std::string where = folder(of == 8 ? "eight" : "many");
      computeAll(work, of, where);
      QVERIFY(mergedBytes(work, mergedShards(work, 0, where)) == whole);
    }
  }

  // Of 50 items a stop at the 40th leaves the first piece, which is not made again, and no shard.
  void goesOnWhereItWas() {
    Counted counted;
    counted.stopAt = 40;
    const ShardPlace place{1, 2};
    QVERIFY_THROWS_EXCEPTION(Stopped, computeShard(counted.work("squares", 100), place, folder("stopped")));
    QVERIFY(!std::filesystem::exists(shardFile(folder("stopped"), place)));
    QCOMPARE(counted.made->load(), 40);
    counted.stopAt = -1;
    computeShard(counted.work("squares", 100), place, folder("stopped"));
    QCOMPARE(counted.made->load(), 40 + 50 - 24);  // pieces are of 24 items
    computeShard(counted.work("squares", 100), place, folder("stopped"));
    QCOMPARE(counted.made->load(), 40 + 50 - 24);  // what is whole stays
  }

  void namesWhatIsWrong() {
    const ShardedWork work = Counted().work();
    const std::string where = folder("wrong");
    QVERIFY(sentenceOf([&] { mergedShards(work, 0, where); }).find("no shard") != std::string::npos);
    computeAll(work, 4, where);
    const std::string third = shardFile(where, {3, 4}), bytes = readFileBytes(third);
    std::filesystem::remove(third);
    QVERIFY(sentenceOf([&] { mergedShards(work, 0, where); }).starts_with("shard 3 of 4 is missing"));
    QVERIFY(missingShards(work, 4, where) == std::vector<Index>{3});
    const auto with = [&](const std::string& written) {
      std::ofstream(third, std::ios::binary) << written;
      return sentenceOf([&] { mergedShards(work, 0, where); });
    };
    QVERIFY(with(bytes.substr(0, bytes.size() / 2)).starts_with(third + " is cut off"));
    std::string changed = bytes;
    changed.replace(changed.find("\"item\":60"), 9, "\"item\":61");
    QVERIFY(with(changed).starts_with(third + " was changed"));
    computeShard(Counted().work("cubes"), {3, 4}, folder("cubes"));
    QVERIFY(
        with(readFileBytes(shardFile(folder("cubes"), {3, 4}))).starts_with(third + " is of another test"));
    // A foreign shard is not written over, a damaged one is made anew.
    QVERIFY(sentenceOf([&] { computeShard(work, {3, 4}, where); }).find("another test") != std::string::npos);
    (void)with(bytes.substr(0, 100));
    computeShard(work, {3, 4}, where);
    QVERIFY(readFileBytes(third) == bytes);
    computeShard(work, {1, 5}, where);
    QVERIFY(sentenceOf([&] { mergedShards(work, 0, where); }).find("another division") != std::string::npos);
  }

  void readsPlaces() {
    QCOMPARE(shardPlace("3/8", 100).shard, Index{3});
    for (const char* text : {"0/8", "9/8", "3", "3/", "/8", "a/b", "3/101", "-1/8", "3/8x"})
      QVERIFY2(sentenceOf([&] { shardPlace(text, 100); }).starts_with("--shard is"), text);
  }
};

KEYHOLE_TEST(TestShards)

}  // namespace tst_shards

#include "tst_shards.moc"
