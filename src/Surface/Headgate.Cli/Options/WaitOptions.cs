using System.CommandLine;

namespace Headgate.Cli.Options;

/// <summary>Whether to wait for an operation. Waiting is the rule, so <c>--wait</c> only says it out loud.</summary>
internal static class WaitOptions
{
    public static Option<bool> NoWait { get; } = new("--no-wait") { Description = "Print the operation and do not wait for it." };

    public static Option<bool> Wait { get; } = new("--wait") { Description = "Wait until it is done (the default)." };

    /// <summary>For requests that change a volume.</summary>
    public static Option<bool> DryRun { get; } = new("--dry-run") { Description = "Say what would happen, pool by pool and figure by figure, and do nothing." };

    /// <summary><paramref name="symbols"/> with the two and with <see cref="DryRun"/>.</summary>
    public static Symbol[] WithDryRun(params ReadOnlySpan<Symbol> symbols) => [.. With(symbols), DryRun];

    /// <summary><paramref name="symbols"/> with the two.</summary>
    public static Symbol[] With(params ReadOnlySpan<Symbol> symbols) => [.. symbols, Wait, NoWait];
}
