namespace Usher.Pod;

/// <summary>A container that can't start; the message says what is wrong and the way out.</summary>
/// <param name="message">For a person.</param>
/// <param name="field">The field of the image's command that is wrong, or null when it isn't that.</param>
internal sealed class LaunchException(string message, string? field = null) : Exception(message)
{
    public string? Field { get; } = field;
}
