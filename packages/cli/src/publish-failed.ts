/** Event Hubs cannot be reached, or refuses. */
export class PublishFailed extends Error {
  override readonly name = 'PublishFailed';
}
