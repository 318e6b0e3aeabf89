using System.CommandLine;
using Headgate.Blocks;

namespace Headgate.Server;

/// <summary><c>--io auto|direct|buffered</c>.</summary>
internal static class FileIoOption
{
    public static Option<FileIoMode> Make() => new("--io")
    {
        Description = "How volumes are read and written: past the page cache (direct), through it (buffered), or as the file system can (auto).",
        HelpName = "auto|direct|buffered",
        DefaultValueFactory = _ => FileIoMode.Auto,
        CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            foreach (var mode in Enum.GetValues<FileIoMode>())
                if (mode.ToString().Equals(text, StringComparison.OrdinalIgnoreCase)) return mode;
            result.AddError($"'{text}' is not one of auto, direct, buffered (--io).");
            return default;
        },
    };
}
