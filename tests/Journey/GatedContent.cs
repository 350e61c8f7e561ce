using System.Net;
using System.Text;

namespace Usher.Journey.Tests;

/// <summary>A request body whose second half is sent when the test says so; until then its request is in flight.</summary>
internal sealed class GatedContent : HttpContent
{
    private readonly byte[] body;
    private readonly TaskCompletionSource gate = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal GatedContent(string json)
    {
        body = Encoding.UTF8.GetBytes(json);
        Headers.ContentType = new("application/json");
    }

    /// <summary>Lets the rest be sent.</summary>
    internal void Open() => gate.TrySetResult();

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        await stream.WriteAsync(body.AsMemory(0, 1));
        await stream.FlushAsync();
        await gate.Task;
        await stream.WriteAsync(body.AsMemory(1));
    }

    protected override bool TryComputeLength(out long length)
    {
        length = body.Length;
        return true;
    }
}
