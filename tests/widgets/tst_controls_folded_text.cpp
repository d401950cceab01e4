// Tests widgets/controls/folded_text.h.
#include "tests/support/test_registry.h"
#include "widgets/controls/folded_text.h"

#include <QTest>
#include <QToolButton>

namespace tst_controls_folded_text {

using namespace keyhole;

class TestFoldedText : public QObject {
  Q_OBJECT

 private slots:
  // Fails if text is lost, if long text takes the room of the picture below, or if it cannot be had.
  void longTextIsFolded() {
    FoldedText folded;
    folded.resize(400, 100);
    const QString text = QString("a sentence of some words, ").repeated(30);
    folded.setText(text);
    folded.show();
    QVERIFY(QTest::qWaitForWindowExposed(&folded));
    const int line = folded.fontMetrics().lineSpacing();
    QVERIFY(folded.shown().endsWith(u'…'));
    QVERIFY(text.startsWith(folded.shown().chopped(1).trimmed()));
    QVERIFY(folded.heightForWidth(400) <= (FoldedText::lines + 1) * line);
    QCOMPARE(folded.text(), text);
    QCOMPARE(folded.toolTip(), text);

    auto* button = folded.findChild<QToolButton*>("unfold");
    QVERIFY(button && button->isVisible());
    button->click();
    QCOMPARE(folded.shown(), text);
    QVERIFY(folded.heightForWidth(400) > 5 * line);
    folded.setText(text + "more");
    QVERIFY(folded.isUnfolded());
    QCOMPARE(folded.shown(), text + "more");
    button->click();
    QVERIFY(folded.shown().endsWith(u'…'));
  }

  // Fails if what fits is cut, or offers to be unfolded.
  void shortTextIsNot() {
    FoldedText folded;
    folded.resize(400, 100);
    folded.setText("One sentence.");
    folded.show();
    QCOMPARE(folded.shown(), QString("One sentence."));
    QVERIFY(!folded.findChild<QToolButton*>("unfold")->isVisible());
    // A wider window shows more of it.
    folded.setText(QString("word ").repeated(60));
    const qsizetype narrow = folded.shown().size();
    folded.resize(1000, 100);
    QCoreApplication::processEvents();
    QVERIFY(folded.shown().size() > narrow);
  }
};

KEYHOLE_TEST(TestFoldedText)

}  // namespace tst_controls_folded_text

#include "tst_controls_folded_text.moc"
