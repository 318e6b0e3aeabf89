using System.CommandLine;

namespace Headgate.Cli.Options;

/// <summary>Whether to wait for an operation. Waiting is the rule, so <c>--wait</c> only says it out loud.</summary>
internal static class WaitOptions
{
    public static Option<bool> NoWait { get; } = new("--no-wait") { Description = "Print the operation and do not wait for it." };

    public static Option<bool> Wait { get; } = new("--wait") { Description = "Wait until it is done (the default)." };

    /// <summary><paramref name="symbols"/> with the two.</summary>
    public static Symbol[] With(params ReadOnlySpan<Symbol> symbols) => [.. symbols, Wait, NoWait];
}
