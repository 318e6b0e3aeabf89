using Headgate.Api.Contract;
using Headgate.Cli.Output;

namespace Headgate.Cli.Views;

/// <summary>Templates and where they lie.</summary>
internal static class TemplateViews
{
    public static readonly TableOf<TemplateView> Templates = new(
        new("NAME", t => t.Name), new("STATE", t => t.State), new("SIZE", t => Size(t.SizeBytes), Right: true), new("FORMAT", t => Show.Text(t.Format)),
        new("PUBLIC", t => Show.YesNo(t.Public)), new("ACCOUNT", t => t.Account), new("CREATED", t => Show.Time(t.CreatedAt)))
    {
        Empty = "There are no templates; take one in with: headgate template register NAME --file IMAGE",
    };

    public static PropertySheet Template(TemplateView template) => new PropertySheet()
        .Add("Name", template.Name).Add("Id", template.Id.ToString()).Add("State", template.State).Add("Cause", template.Cause)
        .Add("Size", Size(template.SizeBytes)).Add("Format", template.Format).Add("File", Size(template.FileBytes)).Add("Checksum", template.Checksum)
        .Add("Fetched from", template.Url).Add("Public", Show.YesNo(template.Public)).Add("Account", template.Account)
        .Add("Created", Show.Time(template.CreatedAt))
        .AddBlock("On pools", [.. template.Pools.Select(p => p.Cause is null ? $"{p.Pool}: {p.State}" : $"{p.Pool}: {p.State} ({p.Cause})")]);

    private static string Size(long? bytes) => bytes is { } known ? Show.Size(known) : "-";
}
