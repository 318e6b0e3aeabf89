namespace Headgate.Cli.Commands;

/// <summary>
/// Completion scripts. All three ask the program itself, through System.CommandLine's <c>[suggest:POSITION]</c> directive, so
/// they never fall behind its commands.
/// </summary>
internal static class CompletionScripts
{
    public static string Of(string shell) => shell switch
    {
        "bash" => Bash,
        "zsh" => Zsh,
        _ => Fish,
    };

    private const string Bash = """
        # headgate: completion for bash. Load it with: source <(headgate completion bash)
        _headgate_complete() {
            local IFS=$'\n'
            local current=${COMP_WORDS[COMP_CWORD]}
            local line="headgate ${COMP_LINE#* }" point
            point=$(( COMP_POINT - ${#COMP_LINE} + ${#line} ))
            COMPREPLY=( $(compgen -W "$("${COMP_WORDS[0]}" "[suggest:${point}]" "${line}" 2>/dev/null)" -- "${current}") )
        }
        complete -o default -F _headgate_complete headgate ./headgate

        """;

    private const string Zsh = """
        #compdef headgate
        # headgate: completion for zsh. Load it with: source <(headgate completion zsh)
        _headgate() {
            local line="headgate ${BUFFER#* }"
            local -a found
            found=("${(@f)$("${words[1]}" "[suggest:$(( CURSOR - ${#BUFFER} + ${#line} ))]" "${line}" 2>/dev/null)}")
            compadd -- "${found[@]}"
        }
        compdef _headgate headgate

        """;

    private const string Fish = """
        # headgate: completion for fish. Load it with: headgate completion fish | source
        function __headgate_complete
            set -l line (commandline -cp)
            headgate "[suggest:"(string length -- "$line")"]" "$line" 2>/dev/null
        end
        complete -c headgate -f -a '(__headgate_complete)'

        """;
}
