using Microsoft.Extensions.Logging;

namespace Headgate.Control;

internal sealed partial class ImageSweep
{
    [LoggerMessage(2130, LogLevel.Warning, "{Images} images belong to no template of this database; they were moved to strange/ in the image store, where they stay for {Days} days and whence they come back with their templates.")]
    private partial void LogStrange(int images, int days);
}
