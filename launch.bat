@echo off
rem Starts Oelala; sets it up first where that is needed (oelala\installer\__main__.py).
rem   launch.bat [flags]              the studio: app.py
rem   launch.bat test [arguments]     the tests: pytest
rem   launch.bat SUB-COMMAND ...      python -m oelala SUB-COMMAND ...
rem OELALA_PYTHON names the Python to build on, OELALA_TORCH the build of torch (cpu, cu126, cu130, default).
setlocal EnableExtensions DisableDelayedExpansion
chcp 65001 >nul
set "NAME=%~nx0"
set "HERE=%~dp0"
set "PYTHON=%HERE%.venv\Scripts\python.exe"
set "INSTALLER=%HERE%oelala\installer\__main__.py"
set "FIRST=%~1"
set "EXTRA="
if "%FIRST%"=="test" set "EXTRA=--test"

if not exist "%PYTHON%" goto find
"%PYTHON%" -I -S -B "%INSTALLER%" --check %EXTRA% >nul 2>&1 <nul
if %ERRORLEVEL%==0 goto start

:find
if not defined OELALA_PYTHON goto find_py
set FOUND="%OELALA_PYTHON%"
%FOUND% -I -B "%INSTALLER%" --usable >nul 2>&1 <nul
if %ERRORLEVEL%==0 goto install
:find_py
for %%V in (3.13 3.12 3.11 3.14) do (
    set "FOUND=py -%%V"
    py -%%V -I -B "%INSTALLER%" --usable >nul 2>&1 <nul && goto install
)
set "FOUND=python"
python -I -B "%INSTALLER%" --usable >nul 2>&1 <nul
if %ERRORLEVEL%==0 goto install
echo Oelala needs Python 3.11 up to 3.14: get it at https://www.python.org/downloads/ and start again. 1>&2
echo Oelala heeft Python 3.11 tot en met 3.14 nodig: haal het op https://www.python.org/downloads/ en start opnieuw. 1>&2
set "CODE=1"
goto end

:install
%FOUND% -I -B "%INSTALLER%" %EXTRA% 1>&2 <nul
set "CODE=%ERRORLEVEL%"
if not "%CODE%"=="0" goto end

:start
rem Only this project and its environment, whatever else the system adds to Python's path.
set "PYTHONHOME="
set "PYTHONPATH=%HERE%"
set "PYTHONUTF8=1"
if "%FIRST%"=="test" goto run_tests
if not defined FIRST goto run_app
if "%FIRST:~0,1%"=="-" goto run_app
"%PYTHON%" -P -m oelala %*
set "CODE=%ERRORLEVEL%"
goto end

:run_app
"%PYTHON%" "%HERE%app.py" %*
set "CODE=%ERRORLEVEL%"
goto end

:run_tests
set ARGS=%*
rem SHIFT does not change the list of all arguments, so the word itself is cut off.
set ARGS=%ARGS:*test=%
cd /d "%HERE%"
"%PYTHON%" -m pytest -n 2 --dist loadgroup %ARGS%
set "CODE=%ERRORLEVEL%"

:end
rem A double click gives no arguments and names this file on cmd's own command line: keep its window readable.
if "%CODE%"=="0" exit /b 0
if defined FIRST exit /b %CODE%
setlocal EnableDelayedExpansion
if /i not "!CMDCMDLINE:%NAME%=!"=="!CMDCMDLINE!" pause
exit /b %CODE%
