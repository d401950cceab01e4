// Tests core/io/staged_folder.h
#include "core/io/staged_folder.h"
#include "tests/io/files.h"
#include "tests/support/test_registry.h"

#include <QDir>
#include <QFile>
#include <QTest>

namespace tst_staged_folder {

using namespace keyhole;
using namespace keyhole::test;

class TestStagedFolder : public QObject {
  Q_OBJECT
 private slots:
  // All files or none, and nothing of the staging left; what lay there before stays.
  void allOrNone() {
    const Files files;
    const std::string target = files.path("out");
    {
      StagedFolder folder(target);
      writeFileAtomically(folder.path() + "/a", "1");
    }
    QVERIFY(!QFile::exists(target.c_str()));
    {
      StagedFolder folder(target);
      writeFileAtomically(folder.path() + "/a", "1");
      writeFileAtomically(folder.path() + "/b", "2");
      folder.commit();
    }
    const QDir made(target.c_str());
    QCOMPARE(made.entryList(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot), (QStringList{"a", "b"}));
    {
      StagedFolder folder(target);
      writeFileAtomically(folder.path() + "/c", "3");
    }
    QCOMPARE(made.entryList(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot), (QStringList{"a", "b"}));
  }
};

KEYHOLE_TEST(TestStagedFolder)

}  // namespace tst_staged_folder

#include "tst_staged_folder.moc"
