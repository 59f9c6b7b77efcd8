// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

class QLabel;
class QLineEdit;
class QListWidget;
class QTextBrowser;
class QUrl;

namespace Hephaestus {

/// The installed manual: the documents at the left, the chosen one beside them. Escape closes it, Ctrl+F finds a word.
/// Links between the documents stay here, others go to the desktop's browser.
class ManualWindow : public QWidget
{
    Q_OBJECT

public:
    /// `folder` holds the documents (*.md); the dashboard's own is shown first.
    ManualWindow(const QString &folder, QWidget *parent);

protected:
    void keyPressEvent(QKeyEvent *event) override;
    bool eventFilter(QObject *object, QEvent *event) override;

private:
    void listDocuments();
    void showDocument(const QString &name, const QString &heading = {});
    void fitPictures();
    void follow(const QUrl &link);
    void findNext();

    QString m_folder;
    QListWidget *m_documents;
    QLineEdit *m_words;
    QTextBrowser *m_page;
    QLabel *m_note;
};

} // namespace Hephaestus
