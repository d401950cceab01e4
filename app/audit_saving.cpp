#include "app/audit_saving.h"

#include "core/common/error.h"
#include "core/io/file_bytes.h"
#include "core/report/audit_figures.h"
#include "core/report/audit_html.h"
#include "core/report/json_text.h"
#include "widgets/plots/audit_pdf.h"
#include "widgets/plots/figure.h"
#include "widgets/plots/report_figure.h"

#include <QDir>
#include <QFileInfo>

namespace keyhole {

void saveAuditReport(const AuditReport& report, const QString& path) {
  const QString ending = QFileInfo(path).suffix().toLower();
  if (ending == "pdf") return writeAuditPdf(report, path);
  if (ending != "html" && ending != "json")
    throw InputError("the report " + path.toStdString() + " has another ending; allowed: .pdf, .html, .json");
  writeFileAtomically(path.toStdString(),
                      ending == "html" ? auditHtml(report) : jsonText(auditReportToJson(report)));
}

QString numbersPath(const QString& path) {
  const QFileInfo file(path);
  return file.dir().filePath(file.completeBaseName() + "-numbers.csv");
}

void saveAuditFigure(const ReportBlock& figure, const QString& path) {
  const QString ending = QFileInfo(path).suffix().toLower();
  if (ending != "pdf" && ending != "svg" && ending != "png")
    throw InputError("the figure " + path.toStdString() + " has another ending; allowed: .pdf, .svg, .png");
  if (ending == "svg") {
    writeFileAtomically(path.toStdString(), figureSvg(figure));
  } else {
    ReportFigure printed(nullptr);
    printed.setTheme(Theme::print());
    printed.setBlock(figure);
    const bool wide = figure.plot && figure.plot->panelCount() > 1;
    writePanelFigure(printed, path, figure.plot ? QString::fromStdString(figure.plot->title) : QString(),
                     wide ? PanelShape{183, 0.4} : PanelShape{figure.plot ? 89.0 : 120.0, 0.75});
  }
  writeFileAtomically(numbersPath(path).toStdString(), figureCsv(figure));
}

}  // namespace keyhole
