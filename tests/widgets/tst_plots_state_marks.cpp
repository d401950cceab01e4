// The eigenvalues of a switching student's discrete states, as they are drawn.
#include "tests/support/test_registry.h"
#include "widgets/plots/state_marks.h"

#include <QTest>

namespace tst_plots_state_marks {

using namespace keyhole;

namespace {

// A rotation that decays, and a slow real pair: λ = 0.5 ± 0.4 i, and 0.99, -0.3.
Student switchingStudent() {
  Matrix turning(2, 2), slow(2, 2);
  turning << 0.5, -0.4, 0.4, 0.5;
  slow << 0.99, 3.0, 0.0, -0.3;
  Student student;
  student.A = slow;
  Switching parts;
  parts.A = {turning, slow};
  parts.path = {0, 1, 1, 1};
  student.switching = std::make_shared<const Switching>(parts);
  return student;
}

}  // namespace

class TestStateMarks : public QObject {
  Q_OBJECT

 private slots:
  void init() {
    m_plot = std::make_unique<QCustomPlot>();
    m_plot->resize(400, 400);
    m_plot->xAxis->setRange(-1, 1);
    m_plot->yAxis->setRange(-1, 1);
    m_plot->replot();
    m_marks = std::make_unique<StateMarks>(m_plot->xAxis, m_plot->yAxis);
  }

  // Fails if a state's marks are those of another, or of the mean of the states.
  void standAtTheEigenvaluesOfEachState() {
    const Student student = switchingStudent();
    m_marks->show(&student, {}, Theme(), *m_plot->legend);
    QCOMPARE(m_plot->graphCount(), 2);
    const std::vector<std::complex<double>> expected[] = {{{0.5, 0.4}, {0.5, -0.4}}, {{-0.3, 0}, {0.99, 0}}};
    for (int k = 0; k < 2; ++k) {
      QCOMPARE(m_plot->graph(k)->dataCount(), 2);
      // QCustomPlot keeps points by falling or rising key; of the pair both keys are the same.
      for (const auto& value : expected[k]) {
        double nearest = 1;
        for (const QCPGraphData& point : *m_plot->graph(k)->data())
          nearest = std::min(nearest, std::abs(std::complex<double>(point.key, point.value) - value));
        QVERIFY2(nearest < 1e-14, qPrintable(QString("state %1").arg(k + 1)));
      }
    }
    QVERIFY(m_plot->graph(0)->scatterStyle().brush().color() !=
            m_plot->graph(1)->scatterStyle().brush().color());
    const QPointF at(m_plot->xAxis->coordToPixel(0.99), m_plot->yAxis->coordToPixel(0));
    const QString text = m_marks->describe(at, 6);
    QVERIFY2(text.contains("state 2 (75 %") && text.contains("100 τ"), qPrintable(text));
    QVERIFY(m_marks->describe(at + QPointF(20, 0), 6).isEmpty());
  }

  // Fails if the marks of an earlier student stay.
  void aStudentThatDoesNotSwitchHasNone() {
    Student student = switchingStudent();
    m_marks->show(&student, {}, Theme(), *m_plot->legend);
    student.switching.reset();
    m_marks->show(&student, {}, Theme(), *m_plot->legend);
    QCOMPARE(m_plot->graphCount(), 0);
    QCOMPARE(m_plot->legend->itemCount(), 0);
    Switching one = *switchingStudent().switching;
    one.A.resize(1);  // that is a linear system: its eigenvalues are the circles
    student.switching = std::make_shared<const Switching>(one);
    m_marks->show(&student, {}, Theme(), *m_plot->legend);
    QCOMPARE(m_plot->graphCount(), 0);
    m_marks->show(nullptr, {}, Theme(), *m_plot->legend);
    QCOMPARE(m_plot->graphCount(), 0);
  }

 private:
  std::unique_ptr<QCustomPlot> m_plot;
  std::unique_ptr<StateMarks> m_marks;
};

KEYHOLE_TEST(TestStateMarks)

}  // namespace tst_plots_state_marks

#include "tst_plots_state_marks.moc"
