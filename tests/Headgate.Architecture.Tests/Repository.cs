using System.Xml.Linq;

namespace Headgate.Architecture.Tests;

/// <summary>A project as its file says it is.</summary>
internal sealed record Project(string Name, string File, XDocument Xml)
{
    public string Folder => Path.GetDirectoryName(File)!;

    public IReadOnlyList<string> References => [.. Items("ProjectReference").Select(path => Path.GetFileNameWithoutExtension(path.Replace('\\', '/')))];

    public IReadOnlyList<string> Packages => [.. Items("PackageReference")];

    public bool IsPure => Xml.Descendants("PureLayer").Any(element => element.Value == "true");

    private IEnumerable<string> Items(string kind) => Xml.Descendants(kind).Select(item => item.Attribute("Include")!.Value);
}

/// <summary>The checkout that these tests were built from.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    public static IReadOnlyList<Project> Sources { get; } = Projects("src");

    public static IReadOnlyList<Project> Tests { get; } = Projects("tests");

    /// <summary>Files that people write, below <paramref name="folder"/>, with these endings.</summary>
    public static IEnumerable<string> Files(string folder, params string[] endings) =>
        Directory.EnumerateFiles(Path.Combine(Root, folder), "*", SearchOption.AllDirectories)
            .Where(file => !IsMade(file) && (endings.Length == 0 || endings.Any(ending => file.EndsWith(ending, StringComparison.Ordinal))));

    /// <summary>Every file that belongs to the repository, root files included.</summary>
    public static IEnumerable<string> AllFiles()
    {
        foreach (var file in Directory.EnumerateFiles(Root)) yield return file;
        foreach (var folder in Directory.EnumerateDirectories(Root))
        {
            if (Path.GetFileName(folder) is ".git" or ".build" or "data" or "artifacts") continue;
            foreach (var file in Files(folder)) yield return file;
        }
    }

    public static string Relative(string file) => Path.GetRelativePath(Root, file);

    private static bool IsMade(string file)
    {
        var parts = Relative(file).Split(Path.DirectorySeparatorChar);
        return parts.Any(part => part is "bin" or "obj" or "Migrations" or ".build");
    }

    private static Project[] Projects(string folder) =>
        [.. Files(folder, ".csproj").Select(file => new Project(Path.GetFileNameWithoutExtension(file), file, XDocument.Load(file))).OrderBy(project => project.Name)];

    private static string FindRoot()
    {
        for (var folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (File.Exists(Path.Combine(folder, "Headgate.slnx"))) return folder;
        }
        throw new InvalidOperationException($"There is no Headgate.slnx above {AppContext.BaseDirectory}.");
    }
}
