using System.IO.Pipelines;

namespace Usher.Wire;

/// <summary>A read of a client's body that was begun, and that nobody will use.</summary>
internal static class UnusedRead
{
    /// <summary>Ends it, so that whoever reads the connection next finds no reading in progress.</summary>
    /// <param name="downstream">Whose body is read.</param>
    /// <param name="reading">The read.</param>
    public static async ValueTask EndAsync(HttpExchange downstream, ValueTask<ReadResult> reading)
    {
        downstream.CancelBodyRead();
        try
        {
            var result = await reading;
            if (!result.IsCanceled) downstream.AdvanceBody(result.Buffer.Start, result.Buffer.Start);
        }
        catch (ExchangeException)
        {
            // The client's own fault: the next who reads is told the same.
        }
    }
}
