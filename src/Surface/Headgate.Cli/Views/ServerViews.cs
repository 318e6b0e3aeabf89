using Headgate.Api.Contract;
using Headgate.Cli.Output;

namespace Headgate.Cli.Views;

/// <summary>Management servers.</summary>
internal static class ServerViews
{
    public static readonly TableOf<ServerView> Servers = new(
        new("NAME", s => s.IsThis ? $"{s.Name} (this one)" : s.Name), new("STATE", s => s.State), new("ADDRESS", s => s.Address),
        new("VERSION", s => s.Version), new("STARTED", s => Show.Time(s.StartedAt)), new("LAST HEARD", s => Show.Time(s.SeenAt)))
    {
        Empty = "No server has said that it is there.",
    };
}
