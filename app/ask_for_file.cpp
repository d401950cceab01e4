#include "app/ask_for_file.h"

#include <QFileDialog>
#include <QRegularExpression>

namespace keyhole {

void askForFile(QWidget* parent, const FileQuestion& question,
                std::function<void(const QString& path)> then) {
  auto* dialog = new QFileDialog(parent, question.title, question.start, question.filter);
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  dialog->setDefaultSuffix(question.suffix);
  if (question.kind == FileQuestion::Kind::save)
    dialog->setAcceptMode(QFileDialog::AcceptSave);
  else
    dialog->setFileMode(QFileDialog::ExistingFile);
  if (question.kind == FileQuestion::Kind::folder) {
    dialog->setFileMode(QFileDialog::Directory);
    dialog->setOption(QFileDialog::ShowDirsOnly);
  }
  // Who chooses "PNG (*.png)" and types no ending means .png.
  QObject::connect(dialog, &QFileDialog::filterSelected, dialog, [dialog](const QString& filter) {
    const auto ending = QRegularExpression(R"(\*\.(\w+))").match(filter);
    if (ending.hasMatch() && !dialog->defaultSuffix().isEmpty()) dialog->setDefaultSuffix(ending.captured(1));
  });
  QObject::connect(dialog, &QFileDialog::fileSelected, parent, std::move(then));
  dialog->open();
}

}  // namespace keyhole
