; Windows knows a file by the last part of its name alone, so "*.db.gz" cannot be said. Snapkeep is therefore added to
; what "Open with" offers for .gz and .zst, and what opens them stays what it was.
!define BACKUP_CLASS "Snapkeep.Backup"

!macro offerFor EXTENSION
  WriteRegNone SHELL_CONTEXT "Software\Classes\${EXTENSION}\OpenWithProgids" "${BACKUP_CLASS}"
!macroend

!macro noLongerOfferFor EXTENSION
  DeleteRegValue SHELL_CONTEXT "Software\Classes\${EXTENSION}\OpenWithProgids" "${BACKUP_CLASS}"
  DeleteRegKey /ifempty SHELL_CONTEXT "Software\Classes\${EXTENSION}\OpenWithProgids"
!macroend

!macro tellExplorer
  ; SHCNE_ASSOCCHANGED
  System::Call "shell32::SHChangeNotify(i 0x08000000, i 0, p 0, p 0)"
!macroend

!macro customInstall
  WriteRegStr SHELL_CONTEXT "Software\Classes\${BACKUP_CLASS}" "" "Snapkeep backup"
  WriteRegStr SHELL_CONTEXT "Software\Classes\${BACKUP_CLASS}\DefaultIcon" "" "$appExe,0"
  WriteRegStr SHELL_CONTEXT "Software\Classes\${BACKUP_CLASS}\shell\open" "" "Restore with Snapkeep"
  WriteRegStr SHELL_CONTEXT "Software\Classes\${BACKUP_CLASS}\shell\open\command" "" '"$appExe" "%1"'
  !insertmacro offerFor ".gz"
  !insertmacro offerFor ".zst"
  !insertmacro tellExplorer
!macroend

!macro customUnInstall
  DeleteRegKey SHELL_CONTEXT "Software\Classes\${BACKUP_CLASS}"
  !insertmacro noLongerOfferFor ".gz"
  !insertmacro noLongerOfferFor ".zst"
  !insertmacro tellExplorer
!macroend
