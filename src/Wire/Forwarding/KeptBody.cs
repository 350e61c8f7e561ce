using System.Buffers;

namespace Usher.Wire;

/// <summary>
/// A copy of what was read of a request's body, up to a limit, so that the request can be sent once more. Only forwarding to HTTP/1.1 fills and reads it. Used by one forwarding after another; not thread-safe.
/// </summary>
/// <param name="limit">The most bytes that are kept; of a longer body nothing is.</param>
public sealed class KeptBody(int limit) : IDisposable
{
    private byte[] _bytes = [];

    /// <summary>Whether all that was read is here, so that the request can be sent again.</summary>
    public bool IsWhole { get; private set; } = true;

    /// <summary>Whether the body was read to its end.</summary>
    internal bool IsComplete { get; private set; }

    /// <summary>How much is kept.</summary>
    internal int Length { get; private set; }

    /// <summary>What is kept.</summary>
    internal ReadOnlyMemory<byte> Bytes => _bytes.AsMemory(0, Length);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_bytes.Length > 0) ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = [];
        Length = 0;
        IsWhole = false;
    }

    /// <summary>Keeps what was read next.</summary>
    internal void Add(ReadOnlySequence<byte> read)
    {
        if (!IsWhole || read.IsEmpty) return;
        if (read.Length > limit - Length)
        {
            Dispose();
            return;
        }

        var length = Length + (int)read.Length;
        if (length > _bytes.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Min(Math.Max(length, _bytes.Length * 2), limit));
            Bytes.CopyTo(larger);
            if (_bytes.Length > 0) ArrayPool<byte>.Shared.Return(_bytes);
            _bytes = larger;
        }

        read.CopyTo(_bytes.AsSpan(Length));
        Length = length;
    }

    /// <summary>The body has ended.</summary>
    internal void Complete() => IsComplete = true;
}
