// SPDX-License-Identifier: GPL-3.0-or-later
//
// A window of the dashboard's size with nothing in it: what Qt itself costs while nothing happens. Not run by ctest.
#include <QApplication>
#include <QWidget>

int main(int argc, char *argv[])
{
    const QApplication app(argc, argv);
    QWidget window;
    window.resize(1380, 860);
    window.show();
    return QApplication::exec();
}
