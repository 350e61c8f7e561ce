using Usher.Model.Desired;

namespace Usher.Pod;

/// <summary>A container that can't start; the message says what is wrong and the way out.</summary>
/// <param name="message">For a person.</param>
/// <param name="command">The image's command that is wrong, or null when it isn't that.</param>
/// <param name="field">The field of it.</param>
internal sealed class LaunchException(string message, Resource<ImageCommand>? command = null, string? field = null) : Exception(message)
{
    public Resource<ImageCommand>? Command { get; } = command;

    public string? Field { get; } = field;
}
