#include "completions/completion_script.h"

namespace onbehalf::cli {

// Windows PowerShell drops an empty argument and misquotes a double quote or a trailing backslash. So only
// the index shows an empty word, and a word with such a character is passed as a placeholder.
std::string_view PowerShellScript() {
  return R"(# Completes onbehalf's command line in PowerShell. In your profile:
#   onbehalf completions powershell | Out-String | Invoke-Expression
Register-ArgumentCompleter -Native -CommandName onbehalf, onbehalf.exe -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $words = @($commandAst.CommandElements | Select-Object -Skip 1 |
        Where-Object { $_.Extent.StartOffset -lt $cursorPosition } |
        ForEach-Object { $_.Extent.Text })
    if ($wordToComplete) {
        if ($words.Count) { $words[-1] = $wordToComplete } else { $words = @($wordToComplete) }
        $index = $words.Count
    } else {
        $index = $words.Count + 1
    }
    $words = @($words | ForEach-Object { $_ -replace '[\s"\\]', '_' })
    & $commandAst.GetCommandName() complete $index $words 2>$null | ForEach-Object {
        $text, $summary = $_ -split "`t", 2
        if ($text) {
            if (-not $summary) { $summary = $text }
            [System.Management.Automation.CompletionResult]::new($text, $text, 'ParameterValue', $summary)
        }
    }
}
)";
}

// Bash also splits words at : = and @ (COMP_WORDBREAKS) and replaces only the text after the last of these.
// MSYS2_ARG_CONV_EXCL keeps Git Bash from converting a node "/" to a path.
std::string_view BashScript() {
  return R"(# Completes onbehalf's command line in bash. In your .bashrc:
#   source <(onbehalf completions bash)
_onbehalf() {
  local rest=${COMP_LINE:0:COMP_POINT} words=() word line current typed before='' mark i
  for ((i = 0; i <= COMP_CWORD; i++)); do
    word=${COMP_WORDS[i]}
    if [[ ${#words[@]} -gt 0 && -n $rest && $rest != [[:blank:]]* ]]; then
      words[${#words[@]} - 1]+=${rest:0:${#word}}
    else
      rest=${rest#"${rest%%[![:blank:]]*}"}
      words+=("${rest:0:${#word}}")
    fi
    rest=${rest:${#word}}
  done
  current=${words[${#words[@]} - 1]}
  typed=$current
  for mark in : =; do
    if [[ $COMP_WORDBREAKS == *"$mark"* ]]; then typed=${typed##*"$mark"}; fi
  done
  before=${current%"$typed"}

  COMPREPLY=()
  while IFS= read -r line; do
    line=${line%$'\r'}
    if [[ $line == $'\tfiles' ]]; then
      if [[ $current != @* ]]; then compopt -o filenames 2>/dev/null; fi
      while IFS= read -r word; do
        if [[ $current == @* ]]; then printf -v word '@%q' "$word"; fi
        COMPREPLY+=("${word#"$before"}")
      done < <(compgen -f -- "${current#@}")
    else
      line=${line%%$'\t'*}
      COMPREPLY+=("${line#"$before"}")
    fi
  done < <(MSYS2_ARG_CONV_EXCL='*' "$1" complete $((${#words[@]} - 1)) "${words[@]:1}" 2>/dev/null </dev/null)
}
complete -F _onbehalf onbehalf onbehalf.exe
)";
}

}  // namespace onbehalf::cli
