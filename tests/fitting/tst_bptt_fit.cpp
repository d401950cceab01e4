// Tests core/fitting/bptt_fit.h
#include "core/fitting/bptt_fit.h"
#include <QTest>
class TestBpttFit : public QObject { Q_OBJECT };
QTEST_GUILESS_MAIN(TestBpttFit)
#include "tst_bptt_fit.moc"
