using System.CommandLine;
using Headgate.Api.Contract;
using Headgate.Cli.Api;
using Headgate.Cli.Options;
using Headgate.Cli.Views;

namespace Headgate.Cli.Commands;

/// <summary><c>headgate template</c></summary>
internal static class TemplateCommands
{
    public static Command Noun() => Verb.Noun("template", "Templates: disk images that volumes begin with.",
        Register(),
        Verb.Of("list", "List templates: your own and the public ones.", ["headgate template list"], [], (session, cancelled) =>
            session.ListAsync(Routes.Templates, TemplateViews.Templates, ApiJson.Default.TemplateView, cancelled)),
        PlaceCommands.ShowVerb("template", Routes.Templates, "debian13", (session, route, cancelled) =>
            session.ShowAsync(route, TemplateViews.Template, ApiJson.Default.TemplateView, cancelled)),
        PlaceCommands.RemoveVerb("template", Routes.Templates, "debian13", "delete", "Delete a template and its copies on pools; volumes made from it stay."));

    private static Verb Register()
    {
        var name = new Argument<string>("NAME") { Description = "Its name: letters, digits, '-', '_', '.'." };
        var file = Given.Text("--file", "The image, here: it is uploaded.", "PATH");
        var url = Given.Text("--url", "Where the server fetches the image: http or https; admins only.", "URL");
        var format = Given.OneOf("--format", "What the image is; found out when left out.", "raw", "qcow2");
        var checksum = Given.Text("--checksum", "What the image must have: sha256: and what sha256sum prints.", "sha256:HEX");
        var isPublic = Given.Flag("--public", "Every account may use it; admins only.");
        var verb = Verb.Of("register", "Take in a disk image (raw or qcow2) that volumes can begin with.",
            [
                "headgate template register debian13 --file debian-13-genericcloud-amd64.qcow2",
                "headgate template register debian13 --url https://cloud.debian.org/images/cloud/trixie/latest/debian-13-genericcloud-amd64.qcow2 --public",
            ],
            WaitOptions.With(name, file, url, format, checksum, isPublic), async (session, cancelled) =>
            {
                var answer = session.Get(url) is { } address
                    ? await session.Api.PostAsync(
                        Routes.Templates,
                        new CreateTemplate
                        {
                            Name = session.Get(name), Url = address, Format = session.Get(format), Checksum = session.Get(checksum), Public = session.Get(isPublic),
                        },
                        ApiJson.Default.CreateTemplate, cancelled)
                    : await UploadAsync(
                        session, UploadRoute(session.Get(name), session.Get(format), session.Get(checksum), session.Get(isPublic)), session.Get(file)!, cancelled);
                await session.FinishAndShowAsync(answer, Routes.Templates, TemplateViews.Template, ApiJson.Default.TemplateView, cancelled);
            });
        verb.Validators.Add(result =>
        {
            if (result.GetResult(file) is null == result.GetResult(url) is null) result.AddError("Give either --file or --url.");
        });
        return verb;
    }

    private static string UploadRoute(string name, string? format, string? checksum, bool isPublic) => Routes.Filtered(
        Routes.Of(Routes.Templates, name, "image"), ("format", format), ("checksum", checksum), ("public", isPublic ? "true" : null));

    private static Task<ApiAnswer> UploadAsync(Session session, string route, string path, CancellationToken cancelled)
    {
        try
        {
            File.OpenRead(path).Dispose(); // before the server is asked for anything
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw new CliException("file-unreadable", $"The image {path} cannot be read: {unreadable.Message}") { Exit = ExitCode.Usage };
        }
        return session.Api.PutFileAsync(route, path, cancelled);
    }
}
